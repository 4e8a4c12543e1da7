/** Images of projects: a slide as it appears in one project. */
import { address, call } from "./client";
import type { Id, Schemas } from "./types";

type Wire = Schemas["ImageInstance"];

/** With a name to show, whatever the caller may know, and a size, 0 where the image has no pixels (yet). */
export type ImageInstance = Omit<Wire, "instanceFilename" | "width" | "height"> & {
  instanceFilename: string;
  width: number;
  height: number;
};

function shown(image: Wire): ImageInstance {
  return {
    ...image,
    instanceFilename: image.instanceFilename ?? image.blindedName ?? String(image.id),
    width: image.width ?? 0,
    height: image.height ?? 0,
  };
}

/** @param max at most so many; all when absent. */
export async function listImages(project: Id, max?: number): Promise<ImageInstance[]> {
  const answer = await call("get", "/api/project/{id}/imageinstance", { path: { id: project }, query: { max } });
  if (!("collection" in answer)) return [];
  const rows: (Schemas["ListedInstance"] | Schemas["InstanceName"])[] = answer.collection;
  // Neither names alone nor a tree: those are asked for.
  return rows.filter((image) => "width" in image).map(shown);
}

export async function getImage(id: Id): Promise<ImageInstance> {
  return shown(await call("get", "/api/imageinstance/{id}", { path: { id } }));
}

export async function deleteImage(id: Id): Promise<void> {
  await call("delete", "/api/imageinstance/{id}", { path: { id } });
}

/** Address of a picture of the whole slide, at most `maxSize` pixels on its longer side. */
export function imageThumbUrl(id: Id, maxSize: number): string {
  return address(`/api/imageinstance/${id}/thumb.png`, { maxSize });
}
