/** Planes of images of projects, and the stored tiles that they are drawn from. */
import { address, call } from "./client";
import type { Id, Schemas } from "./types";

export type SliceInstance = Schemas["SliceInstance"];

/** The stored pyramid, the finest level first. */
export type Pyramid = Schemas["Pyramid"];

export function getReferenceSlice(image: Id): Promise<SliceInstance> {
  return call("get", "/api/imageinstance/{id}/sliceinstance/reference", { path: { id: image } });
}

export function getPyramid(slice: Id): Promise<Pyramid> {
  return call("get", "/api/sliceinstance/{id}/pyramid", { path: { id: slice } });
}

export function tileUrl(slice: Id, version: string, level: number, column: number, row: number): string {
  return address(`/api/sliceinstance/${slice}/tile/level/${level}/tx/${column}/ty/${row}.jpg`, { v: version });
}
