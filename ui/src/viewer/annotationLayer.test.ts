import Polygon from "ol/geom/Polygon";
import { describe, expect, it } from "vitest";
import { AnnotationLayer, nextUnderPointer, writeWkt } from "./annotationLayer";
import { withOpacity } from "./annotationStyle";
import type { Shape } from "./types";

function shape(id: number, wkt = "POINT(1 2)"): Shape {
  return { id, user: 1, terms: [], wkt, area: id };
}

function makeLayer(): AnnotationLayer {
  return new AnnotationLayer(() => ({ color: "#ff0000", opacity: 0.5, visible: true }));
}

describe("layer of shapes", () => {
  it("holds exactly what it was given and keeps what did not change", () => {
    const layer = makeLayer();
    layer.replace([shape(1), shape(2), shape(3)]);
    const kept = layer.feature(2);
    layer.replace([shape(2), shape(4)]);
    expect(layer.size).toBe(2);
    expect(layer.feature(2)).toBe(kept);
    expect(layer.feature(1)).toBeNull();
    expect(layer.feature(4)).not.toBeNull();
  });

  it("moves a shape that changed, unless it is under edit", () => {
    const layer = makeLayer();
    layer.replace([shape(1), shape(2)]);
    layer.setLocked(2);
    layer.replace([shape(1, "POINT(5 5)")]);
    expect(layer.feature(1)?.getGeometry()?.getExtent()).toEqual([5, 5, 5, 5]);
    expect(layer.feature(2)?.getGeometry()?.getExtent()).toEqual([1, 2, 1, 2]);
    layer.setLocked(null);
    layer.replace([]);
    expect(layer.size).toBe(0);
  });

  it("replaces one shape in place", () => {
    const layer = makeLayer();
    layer.put(shape(1));
    layer.put(shape(1, "POINT(9 9)"));
    expect(layer.size).toBe(1);
    layer.remove(1);
    layer.remove(1);
    expect(layer.size).toBe(0);
  });
});

describe("selection by click", () => {
  it("takes the smallest, then the next larger, then starts over", () => {
    expect(nextUnderPointer([3, 5, 9], null)).toBe(3);
    expect(nextUnderPointer([3, 5, 9], 3)).toBe(5);
    expect(nextUnderPointer([3, 5, 9], 9)).toBe(3);
    expect(nextUnderPointer([3, 5, 9], 77)).toBe(3);
    expect(nextUnderPointer([], 3)).toBeNull();
  });
});

describe("texts", () => {
  it("shapes are written in hundredths of a pixel", () => {
    const ring = [[0, 0], [10.123456, 0], [10, 10], [0, 0]];
    expect(writeWkt(new Polygon([ring]))).toBe("POLYGON((0 0,10.12 0,10 10,0 0))");
  });

  it("colours get an opacity, unreadable ones become white", () => {
    expect(withOpacity("#0A84ff", 0.5)).toBe("rgba(10, 132, 255, 0.5)");
    expect(withOpacity("red", 1)).toBe("rgba(255, 255, 255, 1)");
  });
});
