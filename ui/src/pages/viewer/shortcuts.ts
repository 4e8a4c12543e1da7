/** Keys of the viewer page, wherever the focus is outside fields, menus and dialogs. */
import { onBeforeUnmount, onMounted, type Ref } from "vue";
import { isDrawingTool } from "@/viewer";
import type { ViewerContext } from "./context";
import { type Action, keyMeaning } from "./tools";

/** Elements that use keys themselves. */
const OWN_KEYS = "input, textarea, select, [contenteditable], [role=menu], [role=dialog], [role=alertdialog], [role=listbox]";
/** Elements that arrow keys, space and Enter belong to while they have the focus. */
const OWN_ARROWS = "[role=slider], [role=radio], [role=toolbar], button, a";

interface Doors {
  panel: Ref<boolean>;
  help: Ref<boolean>;
  deleting: Ref<boolean>;
}

export function useShortcuts(context: ViewerContext, doors: Doors): void {
  const actions: Record<Action, () => unknown> = {
    delete: () => (doors.deleting.value = context.selected.value !== null),
    undo: context.undo,
    redo: context.redo,
    zoomIn: () => context.viewer.value?.zoomBy(1),
    zoomOut: () => context.viewer.value?.zoomBy(-1),
    fit: () => context.viewer.value?.fit(),
    native: () => context.viewer.value?.zoomToNative(),
    layers: context.layers.toggleAll,
    panel: () => (doors.panel.value = !doors.panel.value),
    help: () => (doors.help.value = true),
  };

  /** Escape ends what is begun, one thing at a time: the shape, the tool, the selection. */
  function escape(): void {
    if (context.viewer.value?.abortDrawing()) return;
    if (context.tool.value !== "select") context.tool.value = "select";
    else context.viewer.value?.select(null);
  }

  function handle(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || target?.closest(OWN_KEYS)) return;
    const meaning = keyMeaning(event);
    if (meaning === null) return;
    const owned = target?.closest(OWN_ARROWS) !== null && target !== null;
    if ("tool" in meaning && !event.repeat) context.tool.value = meaning.tool;
    else if ("action" in meaning) {
      if (event.repeat && !["zoomIn", "zoomOut"].includes(meaning.action)) return;
      actions[meaning.action]();
    } else if ("pan" in meaning && !owned) context.viewer.value?.panBy(...meaning.pan);
    else if ("drawing" in meaning) {
      if (meaning.drawing === "abort") escape();
      else if (owned || !isDrawingTool(context.tool.value)) return;
      else if (meaning.drawing === "finish") context.viewer.value?.finishDrawing();
      else if (meaning.drawing === "back") context.viewer.value?.removeLastPoint();
      else context.viewer.value?.drawAtCenter();
    } else return;
    event.preventDefault();
  }

  onMounted(() => globalThis.addEventListener("keydown", handle));
  onBeforeUnmount(() => globalThis.removeEventListener("keydown", handle));
}
