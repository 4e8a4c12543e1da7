/** User annotations: shapes on a slide with terms. Their WKT counts y from the bottom edge of the slide. */
import { address, call } from "./client";
import { type Id, made, type Schemas } from "./types";

export type Annotation = Schemas["Annotation"];

/** An annotation in a list, with its shape and terms. */
export interface ListedAnnotation {
  id: Id;
  user: Id;
  location: string;
  term: Id[];
  area: number;
}

export interface AnnotationSearch {
  slice: Id;
  users: Id[];
  /** `minx,miny,maxx,maxy` in level 0 pixels, y from the bottom. */
  bbox: string;
  max: number;
}

export async function searchAnnotations(
  search: AnnotationSearch,
  signal: AbortSignal,
): Promise<{ shapes: ListedAnnotation[]; size: number }> {
  const { collection, size } = await call("post", "/api/annotation/search", {
    signal,
    body: { ...search, users: search.users.join(","), showWKT: true, showTerm: true, showMeta: true, showGIS: true },
  });
  return { shapes: collection.map(listed), size };
}

/** A row has the groups of keys that were asked for; those above are. */
function listed({ id, user, location, term, area }: Schemas["ListedAnnotation"]): ListedAnnotation {
  return { id, user: user ?? 0, location: location ?? "", term: term ?? [], area: area ?? 0 };
}

/** Number of annotations of each user on a slice; users without any may be left out. */
export async function countByUser(slice: Id): Promise<Map<Id, number>> {
  const answer = await call("get", "/api/sliceinstance/{id}/annotationindex", { path: { id: slice } });
  return new Map(answer.collection.map((row) => [row.user, row.countAnnotation]));
}

export function getAnnotation(id: Id): Promise<Annotation> {
  return call("get", "/api/userannotation/{id}", { path: { id } });
}

export interface AnnotationDraft {
  location: string;
  image: Id;
  slice: Id;
  term: Id[];
}

type AnnotationAnswer = Schemas["AnnotationCommand"];
type TermAnswer = Schemas["AnnotationTermCommand"];

export async function createAnnotation(draft: AnnotationDraft): Promise<AnnotationAnswer> {
  return made(await call("post", "/api/userannotation", { body: draft }));
}

/** Its terms stay as they are. */
export function moveAnnotation({ id, image, slice }: Annotation, location: string): Promise<AnnotationAnswer> {
  return call("put", "/api/userannotation/{id}", { path: { id }, body: { image, slice, location } });
}

export function deleteAnnotation(id: Id): Promise<AnnotationAnswer> {
  return call("delete", "/api/userannotation/{id}", { path: { id } });
}

export function addAnnotationTerm(id: Id, term: Id): Promise<TermAnswer> {
  return call("post", "/api/annotation/{id}/term/{term}", { path: { id, term }, body: {} });
}

export function removeAnnotationTerm(id: Id, term: Id): Promise<TermAnswer> {
  return call("delete", "/api/annotation/{id}/term/{term}", { path: { id, term } });
}

/** Address of the picture of an annotation with its outline and some surroundings. */
export function annotationCropUrl(annotation: Annotation, maxSize: number): string {
  return address(`/api/userannotation/${annotation.id}/crop.png`, {
    maxSize,
    draw: true,
    complete: true,
    increaseArea: 1.25,
    // A page shows an address it has shown before without asking again; an edited shape needs another one.
    _: digest(annotation.location),
  });
}

/** FNV-1a, short enough for an address. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
