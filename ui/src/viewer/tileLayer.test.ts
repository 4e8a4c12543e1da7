import Projection from "ol/proj/Projection";
import { describe, expect, it } from "vitest";
import { makeTileGrid, makeTileLayer, preferLevel } from "./tileLayer";
import type { SlideSource } from "./types";

/** An Aperio pyramid: a factor of about four between levels, tiles of different sizes, finest level first. */
const slide: SlideSource = {
  width: 46000,
  height: 32914,
  pixelSize: 0.499,
  magnification: 20,
  tiers: [
    { level: 0, width: 46000, height: 32914, tileWidth: 240, tileHeight: 240, downsample: 1 },
    { level: 1, width: 11500, height: 8228, tileWidth: 256, tileHeight: 128, downsample: 4.00012 },
    { level: 2, width: 2875, height: 2057, tileWidth: 256, tileHeight: 256, downsample: 16.00049 },
  ],
  previewUrl: "preview",
  tileUrl: (level, column, row) => `${level}/${column}/${row}`,
};

describe("tile grid", () => {
  const grid = makeTileGrid(slide);

  it("keeps the exact factor and tile size of every level, coarsest first", () => {
    expect(grid.getResolutions()).toEqual([16.00049, 4.00012, 1]);
    expect([0, 1, 2].map((z) => grid.getTileSize(z))).toEqual([[256, 256], [256, 128], [240, 240]]);
  });

  it("starts at the top left corner, rows downwards", () => {
    expect(grid.getTileCoordForCoordAndZ([0.5, slide.height - 0.5], 2)).toEqual([2, 0, 0]);
    expect(grid.getTileCoordForCoordAndZ([240.5, slide.height - 480.5], 2)).toEqual([2, 1, 2]);
  });

  it("asks for stored tiles only", () => {
    const source = makeTileLayer(slide, new Projection({ code: "slide", units: "pixels" }), () => undefined).getSource();
    const url = (tile: number[]) => source?.getTileUrlFunction()(tile as [number, number, number], 1, null as never);
    expect(url([2, 191, 137])).toBe("0/191/137");
    expect(url([0, 11, 8])).toBe("2/11/8");
    expect(url([2, 192, 0])).toBeUndefined();
    expect(url([2, 0, 138])).toBeUndefined();
    expect(url([2, -1, 0])).toBeUndefined();
  });
});

describe("choice of level", () => {
  it("takes the finer level before the coarser one looks blurred", () => {
    expect(preferLevel(3.9, 4, 1)).toBeGreaterThan(0);
    expect(preferLevel(2.7, 4, 1)).toBeGreaterThan(0);
    expect(preferLevel(2.5, 4, 1)).toBeLessThan(0);
  });

  it("counts the pixels of a dense screen", () => {
    expect(preferLevel(2.7, 4, 2)).toBeLessThan(0);
  });
});
