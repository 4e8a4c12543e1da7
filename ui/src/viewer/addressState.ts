/** The view in the page's address: `?x=1110&y=1483.5&zoom=-1.25&rotation=90`. */
import type { ViewState } from "./types";

type AddressQuery = Record<string, unknown>;

/** The view that the address names; null when it names none or a broken one. */
export function readView(query: AddressQuery): ViewState | null {
  const x = number(query["x"]);
  const y = number(query["y"]);
  const zoom = number(query["zoom"]);
  if (x === null || y === null || zoom === null) return null;
  const rotation = number(query["rotation"]) ?? 0;
  return { x, y, zoom, rotation: ((rotation % 360) + 360) % 360 };
}

/** Short texts that bring the same view back within a tenth of a screen pixel. */
export function writeView(view: ViewState): Record<"x" | "y" | "zoom", string> & { rotation?: string } {
  const digits = Math.max(0, Math.ceil(view.zoom / 3) + 1);
  const rotation = rounded(view.rotation, 2);
  return {
    x: rounded(view.x, digits),
    y: rounded(view.y, digits),
    zoom: rounded(view.zoom, 4),
    ...(rotation === "0" || rotation === "360" ? {} : { rotation }),
  };
}

function number(value: unknown): number | null {
  if (typeof value !== "string" || value.trim() === "") return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

function rounded(value: number, digits: number): string {
  const text = Number(value.toFixed(digits)).toString();
  return text === "-0" ? "0" : text;
}
