/** Names of the server's units as keys of translations. */

export type MeasureUnit = "um2" | "mm2" | "px2" | "um" | "mm" | "px";

/** `micron²`, `pixels²`, `mm`, `pixels` as the server prints them. */
export function measureUnit(unit: string | null): MeasureUnit {
  const square = unit?.includes("²") ?? false;
  const name = unit?.startsWith("micron") ? "um" : unit?.startsWith("mm") ? "mm" : "px";
  return square ? `${name}2` : name;
}
