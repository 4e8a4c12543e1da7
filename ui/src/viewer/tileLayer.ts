/** The slide as an OpenLayers layer over the stored tile grid. */
import ImageLayer from "ol/layer/Image";
import TileLayer from "ol/layer/Tile";
import type Projection from "ol/proj/Projection";
import ImageStatic from "ol/source/ImageStatic";
import TileImage from "ol/source/TileImage";
import TileGrid from "ol/tilegrid/TileGrid";
import type { SlideSource, SlideTier } from "./types";

/** A stored level may be enlarged this much on the screen before the next finer one is loaded. */
const MAX_ENLARGEMENT = 1.5;

/**
 * Says whether the coarser of two neighbouring levels is sharp enough for a resolution. Slide files often leave a
 * factor of four between levels; the nearest one, which OpenLayers would take, is then visibly blurred.
 *
 * @returns above 0 for the coarser level, below for the finer one, as OpenLayers wants it.
 */
export function preferLevel(resolution: number, coarser: number, pixelRatio: number): number {
  return (coarser * pixelRatio) / resolution <= MAX_ENLARGEMENT ? 1 : -1;
}

/** Tiers from the coarsest to the finest: OpenLayers numbers levels this way. */
export function coarsestFirst(tiers: readonly SlideTier[]): SlideTier[] {
  return [...tiers].sort((a, b) => b.downsample - a.downsample);
}

export function makeTileGrid(slide: SlideSource): TileGrid {
  const tiers = coarsestFirst(slide.tiers);
  return new TileGrid({
    extent: [0, 0, slide.width, slide.height],
    origin: [0, slide.height],
    resolutions: tiers.map((tier) => tier.downsample),
    tileSizes: tiers.map((tier) => [tier.tileWidth, tier.tileHeight]),
  });
}

export function makePreviewLayer(slide: SlideSource, projection: Projection): ImageLayer<ImageStatic> {
  const imageExtent = [0, 0, slide.width, slide.height];
  return new ImageLayer({ source: new ImageStatic({ url: slide.previewUrl, imageExtent, projection }), extent: imageExtent });
}

export function makeTileLayer(slide: SlideSource, projection: Projection, onError: () => void): TileLayer<TileImage> {
  const tiers = coarsestFirst(slide.tiers);
  const source = new TileImage({
    projection,
    tileGrid: makeTileGrid(slide),
    wrapX: false,
    transition: 120,
    zDirection: (resolution, coarser) => preferLevel(resolution, coarser, globalThis.devicePixelRatio || 1),
    tileUrlFunction: ([z, column, row]) => {
      const tier = z === undefined ? undefined : tiers[z];
      if (tier === undefined || column === undefined || row === undefined) return undefined;
      const inside =
        column >= 0 && row >= 0 && column * tier.tileWidth < tier.width && row * tier.tileHeight < tier.height;
      return inside ? slide.tileUrl(tier.level, column, row) : undefined;
    },
  });
  source.on("tileloaderror", onError);
  // Tiles at the edges are padded as stored; the extent keeps the padding from being drawn.
  return new TileLayer({ source, extent: [0, 0, slide.width, slide.height], preload: 1 });
}
