/** Images of projects: a slide as it appears in one project. */
import { address, call } from "./client";
import type { Id, Schemas } from "./types";

export type ImageInstance = Schemas["ImageInstance"];

/** @param max at most so many; all when absent. */
export async function listImages(project: Id, max?: number): Promise<ImageInstance[]> {
  const answer = await call("get", "/api/project/{id}/imageinstance", { path: { id: project }, query: { max } });
  if (!("collection" in answer)) return [];
  // Neither names alone nor a tree: those are asked for.
  return answer.collection.filter((image): image is Schemas["ListedInstance"] => "width" in image);
}

export function getImage(id: Id): Promise<ImageInstance> {
  return call("get", "/api/imageinstance/{id}", { path: { id } });
}

export async function deleteImage(id: Id): Promise<void> {
  await call("delete", "/api/imageinstance/{id}", { path: { id } });
}

/** Address of a picture of the whole slide, at most `maxSize` pixels on its longer side. */
export function imageThumbUrl(id: Id, maxSize: number): string {
  return address(`/api/imageinstance/${id}/thumb.png`, { maxSize });
}
