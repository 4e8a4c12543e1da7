import { describe, expect, it } from "vitest";
import {
  boxText,
  contains,
  flipY,
  resolutionToZoom,
  toDegrees,
  toMap,
  toRadians,
  toSlide,
  widenedBox,
  zoomToResolution,
} from "./coordinates";

describe("y", () => {
  it("is reflected at the height of the slide, and comes back", () => {
    expect(flipY(0, 2967)).toBe(2967);
    expect(flipY(2967, 2967)).toBe(0);
    expect(toMap({ x: 10, y: 20 }, 100)).toEqual([10, 80]);
    for (const y of [0, 0.25, 1483.5, 2967]) expect(toSlide(toMap({ x: 7, y }, 2967), 2967)).toEqual({ x: 7, y });
  });
});

describe("boxes", () => {
  const box = { minX: 10.4, minY: 20.6, maxX: 30.2, maxY: 40.8 };

  it("are written rounded outwards", () => {
    expect(boxText(box)).toBe("10,20,31,41");
  });

  it("are widened and cut at the slide", () => {
    const widened = widenedBox(box, 0.5, 35, 45);
    expect(widened?.minX).toBeCloseTo(0.5);
    expect(widened?.minY).toBeCloseTo(10.5);
    expect(widened).toMatchObject({ maxX: 35, maxY: 45 });
    expect(widenedBox({ minX: -20, minY: 0, maxX: -10, maxY: 5 }, 0.1, 100, 100)).toBeNull();
  });

  it("contain themselves and smaller ones", () => {
    expect(contains(box, box)).toBe(true);
    expect(contains(box, { ...box, maxX: 30.3 })).toBe(false);
  });
});

describe("zoom and rotation", () => {
  it("zoom 0 is one stored pixel per screen pixel, each step a factor of two", () => {
    expect(zoomToResolution(0)).toBe(1);
    expect(zoomToResolution(-3)).toBe(8);
    expect(resolutionToZoom(0.25)).toBe(2);
  });

  it("degrees stay within one turn", () => {
    expect(toDegrees(-Math.PI / 2)).toBeCloseTo(270);
    expect(toDegrees(toRadians(405))).toBeCloseTo(45);
  });
});
