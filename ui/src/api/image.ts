/** Image instances: a slide as it appears in one project. */
import { address, request } from "./client";
import type { Collection, Id, Timestamp } from "./types";

export interface ImageInstance {
  id: Id;
  project: Id;
  baseImage: Id;
  instanceFilename: string;
  originalFilename: string;
  contentType: string | null;
  /** Pixels of level 0. */
  width: number;
  height: number;
  /** Micrometres per pixel of level 0. */
  physicalSizeX: number | null;
  physicalSizeY: number | null;
  magnification: number | null;
  numberOfAnnotations: number;
  numberOfReviewedAnnotations: number;
  created: Timestamp;
}

/** @param max at most so many; all when absent. */
export async function listImages(project: Id, max?: number): Promise<ImageInstance[]> {
  const path = `/api/project/${project}/imageinstance.json`;
  return (await request<Collection<ImageInstance>>(path, { query: { max } })).collection;
}

export function getImage(id: Id): Promise<ImageInstance> {
  return request(`/api/imageinstance/${id}.json`);
}

export async function deleteImage(id: Id): Promise<void> {
  await request(`/api/imageinstance/${id}.json`, { method: "DELETE" });
}

/** Address of a picture of the whole slide, at most `maxSize` pixels on its longer side. */
export function imageThumbUrl(id: Id, maxSize: number): string {
  return address(`/api/imageinstance/${id}/thumb.png`, { maxSize });
}
