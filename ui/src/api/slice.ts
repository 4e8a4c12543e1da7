/** Slice instances: one plane of a slide, and the stored tiles it is drawn from. */
import { address, request } from "./client";
import type { Id } from "./types";

export interface SliceInstance {
  id: Id;
  image: Id;
  project: Id;
  channel: number;
  zStack: number;
  time: number;
}

/** One level of the stored pyramid; `level` 0 is the full resolution. */
export interface PyramidTier {
  zoom: number;
  level: number;
  width: number;
  height: number;
  tile_width: number;
  tile_height: number;
  downsampling_factor: number;
  /** Exact level 0 pixels per pixel of this level. */
  downsample: number;
  n_tiles: number;
  n_tx: number;
  n_ty: number;
}

export interface Pyramid {
  n_tiers: number;
  /** Level 0 first. */
  tiers: PyramidTier[];
  /** Changes when the pixels change; part of tile addresses so that tiles may be kept for ever. */
  version: string;
}

export function getReferenceSlice(image: Id): Promise<SliceInstance> {
  return request(`/api/imageinstance/${image}/sliceinstance/reference.json`);
}

export function getPyramid(slice: Id): Promise<Pyramid> {
  return request(`/api/sliceinstance/${slice}/pyramid.json`);
}

export function tileUrl(slice: Id, version: string, level: number, column: number, row: number): string {
  return address(`/api/sliceinstance/${slice}/tile/level/${level}/tx/${column}/ty/${row}.jpg`, { v: version });
}
