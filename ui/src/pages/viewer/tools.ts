/** The tools and actions of the viewer with their keys, in the order of the toolbar. */
import { Hexagon, type LucideIcon, MapPin, MousePointer2, Spline, Square, VectorSquare } from "@lucide/vue";
import type { Tool } from "@/viewer";

export interface ToolEntry {
  tool: Tool;
  icon: LucideIcon;
  /** As pressed, upper case; `Shift+` in front where Shift is held. */
  key: string;
}

export const TOOLS: readonly ToolEntry[] = [
  { tool: "select", icon: MousePointer2, key: "S" },
  { tool: "point", icon: MapPin, key: "O" },
  { tool: "rectangle", icon: Square, key: "R" },
  { tool: "polygon", icon: Hexagon, key: "P" },
  { tool: "freehand", icon: Spline, key: "Shift+P" },
  { tool: "modify", icon: VectorSquare, key: "M" },
];

export const ACTIONS = {
  delete: "Del",
  undo: "Ctrl+Z",
  redo: "Ctrl+Y",
  zoomIn: "+",
  zoomOut: "-",
  fit: "0",
  native: "1",
  layers: "Q",
  panel: "Alt+C",
  help: "Shift+?",
} as const;

export type Action = keyof typeof ACTIONS;

export type KeyMeaning =
  | { tool: Tool }
  | { action: Action }
  | { pan: readonly [right: number, down: number] }
  | { drawing: "finish" | "abort" | "back" | "point" };

const PANS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const PLAIN: Record<string, KeyMeaning> = {
  "+": { action: "zoomIn" },
  "=": { action: "zoomIn" },
  "-": { action: "zoomOut" },
  "0": { action: "fit" },
  "1": { action: "native" },
  "?": { action: "help" },
  Q: { action: "layers" },
  Delete: { action: "delete" },
  Backspace: { drawing: "back" },
  Enter: { drawing: "finish" },
  Escape: { drawing: "abort" },
  " ": { drawing: "point" },
};

export type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** What a key press means in the viewer; null when it means nothing there. */
export function keyMeaning(press: KeyPress): KeyMeaning | null {
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key;
  if (press.ctrlKey || press.metaKey) {
    if (press.altKey) return null;
    if (key === "Z") return { action: press.shiftKey ? "redo" : "undo" };
    return key === "Y" && !press.shiftKey ? { action: "redo" } : null;
  }
  if (press.altKey) return key === "C" && !press.shiftKey ? { action: "panel" } : null;
  const pan = PANS[key];
  if (pan !== undefined) return press.shiftKey ? null : { pan };
  const wanted = press.shiftKey && /^[A-Z]$/.test(key) ? `Shift+${key}` : key;
  const entry = TOOLS.find((candidate) => candidate.key === wanted);
  return entry === undefined ? (PLAIN[wanted] ?? null) : { tool: entry.tool };
}
