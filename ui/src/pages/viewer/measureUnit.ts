/** The server's measures in the unit that reads best. */

export type MeasureUnit = "um2" | "mm2" | "px2" | "um" | "mm" | "px";

export interface Measure {
  value: number;
  unit: MeasureUnit;
}

/** From `micron²`, `mm` and `pixels`, `pixels²`, as the server prints units. */
export function readableMeasure(value: number, unit: string | null): Measure {
  if (unit === "micron²") {
    return value >= 1e6 ? { value: value / 1e6, unit: "mm2" } : { value, unit: "um2" };
  }
  if (unit === "mm") return value < 1 ? { value: value * 1000, unit: "um" } : { value, unit: "mm" };
  return { value, unit: unit?.includes("²") ? "px2" : "px" };
}
