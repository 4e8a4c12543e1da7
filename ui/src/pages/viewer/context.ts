/** Everything the parts of the viewer page share: made once by the page, taken by its components. */
import { useQueryClient } from "@tanstack/vue-query";
import { computed, inject, type InjectionKey, type Ref, ref, shallowRef, watch } from "vue";
import { useI18n } from "vue-i18n";
import {
  addAnnotationTerm,
  type Annotation,
  createAnnotation,
  deleteAnnotation,
  getAnnotation,
  moveAnnotation,
  removeAnnotationTerm,
} from "@/api/annotation";
import type { ImageInstance } from "@/api/image";
import { keys } from "@/api/keys";
import type { Pyramid, SliceInstance } from "@/api/slice";
import type { Term } from "@/api/term";
import type { Id } from "@/api/types";
import type { User } from "@/api/user";
import { useFailure } from "@/app/failure";
import type { Point, SlideViewer, Tool, ViewState } from "@/viewer";
import { useHistory } from "./history";
import { useLayers } from "./layers";
import { toShape } from "./sources";
import { useTerms } from "./terms";

export interface ViewerInput {
  image: ImageInstance;
  slice: SliceInstance;
  pyramid: Pyramid;
  users: Ref<readonly User[]>;
  terms: Ref<readonly Term[]>;
  me: Id;
}

export function createViewerContext(input: ViewerInput) {
  const { t } = useI18n();
  const { report } = useFailure();
  const client = useQueryClient();
  const history = useHistory();
  const layers = useLayers(input.users, input.me);
  const terms = useTerms(input.terms);

  const viewer = shallowRef<SlideViewer | null>(null);
  const tool = ref<Tool>("select");
  const selected = ref<Id | null>(null);
  const view = ref<ViewState | null>(null);
  const corners = ref<Point[]>([]);
  const pointer = ref<Point | null>(null);
  const shapes = ref({ loading: true, shown: 0, total: 0 });

  const drawingColor = computed(() => terms.active.value?.color ?? "#9b90ff");
  watch([tool, drawingColor, viewer], () => viewer.value?.setTool(tool.value, drawingColor.value));
  watch([layers.layers, () => [...terms.hidden], input.terms], () => viewer.value?.restyle());
  watch(layers.visibleUsers, () => viewer.value?.reloadShapes());

  /** Brings caches and screen up to date after the server changed an annotation. */
  async function refresh(id: Id): Promise<void> {
    viewer.value?.reloadShapes();
    await client.invalidateQueries({ queryKey: keys.annotation(id) });
    await client.invalidateQueries({ queryKey: keys.annotationCounts(input.slice.id) });
    await client.invalidateQueries({ queryKey: keys.images(input.image.project), refetchType: "none" });
  }

  async function draw(wkt: string): Promise<void> {
    const term = terms.active.value === null ? [] : [terms.active.value.id];
    try {
      const shape = { location: wkt, image: input.image.id, slice: input.slice.id, term };
      const answer = await history.change(() => createAnnotation(shape));
      viewer.value?.put(toShape(answer.annotation));
      viewer.value?.select(answer.annotation.id);
      await refresh(answer.annotation.id);
    } catch (error) {
      report(t("viewer.failed.draw"), error);
    }
  }

  /** Stores a changed shape; throws so that the caller can put the former one back. */
  async function modify(id: Id, wkt: string): Promise<void> {
    try {
      const answer = await history.change(async () => {
        const before = await client.fetchQuery({ queryKey: keys.annotation(id), queryFn: () => getAnnotation(id) });
        return moveAnnotation(before, wkt);
      });
      viewer.value?.put(toShape(answer.annotation));
      await refresh(id);
    } catch (error) {
      report(t("viewer.failed.modify"), error);
      throw error;
    }
  }

  async function removeSelected(): Promise<void> {
    const id = selected.value;
    if (id === null) return;
    try {
      await history.change(() => deleteAnnotation(id));
      viewer.value?.remove(id);
      await refresh(id);
    } catch (error) {
      report(t("viewer.failed.delete"), error);
    }
  }

  async function setTerm(annotation: Annotation, term: Id, on: boolean): Promise<void> {
    try {
      await history.change(() => (on ? addAnnotationTerm : removeAnnotationTerm)(annotation.id, term));
      await refresh(annotation.id);
    } catch (error) {
      report(t("viewer.failed.term"), error);
    }
  }

  async function travel(direction: "undo" | "redo"): Promise<void> {
    try {
      if (!(await history[direction]())) return;
      // What was selected may be gone now, and asking for it would fail.
      viewer.value?.select(null);
      client.removeQueries({ queryKey: keys.annotations });
      viewer.value?.reloadShapes();
      await client.invalidateQueries({ queryKey: keys.annotationCounts(input.slice.id) });
    } catch (error) {
      report(t(`viewer.failed.${direction}`), error);
    }
  }

  return {
    ...input,
    history,
    layers,
    terms,
    viewer,
    tool,
    selected,
    view,
    corners,
    pointer,
    shapes,
    draw,
    modify,
    removeSelected,
    setTerm,
    undo: () => travel("undo"),
    redo: () => travel("redo"),
    report,
  };
}

export type ViewerContext = ReturnType<typeof createViewerContext>;

export const viewerKey: InjectionKey<ViewerContext> = Symbol("viewer");

export function useViewerContext(): ViewerContext {
  const context = inject(viewerKey);
  if (context === undefined) throw new Error("a part of the viewer stands outside the viewer page");
  return context;
}
