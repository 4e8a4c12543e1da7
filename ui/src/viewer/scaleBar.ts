/** Length of the scale bar and the magnification of the view. */

export interface ScaleBar {
  /** Length on the screen in CSS pixels. */
  width: number;
  value: number;
  unit: "um" | "mm" | "px";
}

const STEPS = [1, 2, 5];

/**
 * The longest round length (1, 2 or 5 times a power of ten) that fits into `maxWidth` screen pixels.
 *
 * @param resolution level 0 pixels per screen pixel.
 * @param pixelSize micrometres per level 0 pixel; null gives a bar in pixels.
 */
export function scaleBar(resolution: number, pixelSize: number | null, maxWidth: number): ScaleBar {
  const perScreenPixel = resolution * (pixelSize ?? 1);
  const longest = perScreenPixel * maxWidth;
  const power = 10 ** Math.floor(Math.log10(longest));
  const step = STEPS.findLast((candidate) => candidate * power <= longest * (1 + 1e-9)) ?? 1;
  const length = step * power;
  const width = length / perScreenPixel;
  if (pixelSize === null) return { width, value: length, unit: "px" };
  return length >= 1000 ? { width, value: length / 1000, unit: "mm" } : { width, value: length, unit: "um" };
}

/** Magnification of the view, from that of level 0; null when that is unknown. */
export function viewMagnification(resolution: number, magnification: number | null): number | null {
  return magnification === null ? null : magnification / resolution;
}
