import { describe, expect, it } from "vitest";
import { readView, writeView } from "./addressState";

describe("view in the address", () => {
  it("comes back within a tenth of a screen pixel", () => {
    for (const zoom of [-9.3, -1.9275, 0, 2.5, 4]) {
      const view = { x: 12345.6789, y: 0.987654, zoom, rotation: 33.333 };
      const back = readView(writeView(view));
      const screenPixel = 2 ** -zoom;
      expect(Math.abs((back?.x ?? NaN) - view.x)).toBeLessThan(0.1 * Math.max(screenPixel, 0.5));
      expect(Math.abs((back?.y ?? NaN) - view.y)).toBeLessThan(0.1 * Math.max(screenPixel, 0.5));
      expect(back?.zoom).toBeCloseTo(zoom, 3);
      expect(back?.rotation).toBeCloseTo(33.333, 2);
    }
  });

  it("is stable: what was read is written the same", () => {
    const text = writeView({ x: 1110.04, y: 1483.5, zoom: -1.92749, rotation: 90 });
    const back = readView(text);
    expect(back).not.toBeNull();
    if (back !== null) expect(writeView(back)).toEqual(text);
  });

  it("leaves an upright view's rotation out", () => {
    expect(writeView({ x: 1, y: 2, zoom: -0, rotation: 0 })).toEqual({ x: "1", y: "2", zoom: "0" });
    expect(writeView({ x: 1, y: 2, zoom: 0, rotation: 359.999 })).not.toHaveProperty("rotation");
  });

  it("is ignored when broken", () => {
    expect(readView({})).toBeNull();
    expect(readView({ x: "1", y: "2" })).toBeNull();
    expect(readView({ x: "1", y: "b", zoom: "0" })).toBeNull();
    expect(readView({ x: "1", y: ["2", "3"], zoom: "0" })).toBeNull();
    expect(readView({ x: "1", y: "2", zoom: "Infinity" })).toBeNull();
    expect(readView({ x: "1", y: "2", zoom: "0", rotation: "-90" })?.rotation).toBe(270);
  });
});
