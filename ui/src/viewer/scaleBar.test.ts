import { describe, expect, it } from "vitest";
import { scaleBar, viewMagnification } from "./scaleBar";

describe("scale bar", () => {
  it("is the longest round length that fits", () => {
    expect(scaleBar(1, 0.5, 100)).toEqual({ width: 100, value: 50, unit: "um" });
    expect(scaleBar(1, 0.499, 140)).toMatchObject({ value: 50, unit: "um" });
    expect(scaleBar(64, 0.25, 140)).toMatchObject({ value: 2, unit: "mm" });
    expect(scaleBar(0.0625, 0.25, 140)).toMatchObject({ value: 2, unit: "um" });
  });

  it("is never longer than asked for, nor shorter than two fifths of it", () => {
    for (let resolution = 0.0625; resolution < 600; resolution *= 1.13) {
      const { width } = scaleBar(resolution, 0.2527, 140);
      expect(width).toBeLessThanOrEqual(140.0001);
      expect(width).toBeGreaterThanOrEqual(140 * 0.4 - 0.0001);
    }
  });

  it("counts pixels where the slide is not calibrated", () => {
    expect(scaleBar(4, null, 100)).toEqual({ width: 50, value: 200, unit: "px" });
  });
});

describe("magnification", () => {
  it("is that of the objective at full resolution", () => {
    expect(viewMagnification(1, 20)).toBe(20);
    expect(viewMagnification(4, 20)).toBe(5);
    expect(viewMagnification(1, null)).toBeNull();
  });
});
