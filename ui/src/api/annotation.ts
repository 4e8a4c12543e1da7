/** User annotations: shapes on a slide with terms. Their WKT counts y from the bottom edge of the slide. */
import { address, request } from "./client";
import type { Collection, CommandAnswer, Id, Timestamp } from "./types";

export interface Annotation {
  id: Id;
  image: Id;
  slice: Id;
  project: Id;
  user: Id;
  location: string;
  term: Id[];
  area: number | null;
  areaUnit: string | null;
  perimeter: number | null;
  perimeterUnit: string | null;
  created: Timestamp;
}

export interface AnnotationSearch {
  slice: Id;
  users: Id[];
  /** `minx,miny,maxx,maxy` in level 0 pixels, y from the bottom. */
  bbox: string;
  max: number;
}

export function searchAnnotations(search: AnnotationSearch, signal: AbortSignal): Promise<Collection<Annotation>> {
  return request("/api/annotation/search.json", {
    method: "POST",
    signal,
    body: {
      ...search,
      users: search.users.join(","),
      showWKT: true,
      showTerm: true,
      showMeta: true,
      showGIS: true,
    },
  });
}

/** Number of annotations of each user on a slice; users without any may be left out. */
export async function countByUser(slice: Id): Promise<Map<Id, number>> {
  const answer = await request<Collection<{ user: Id; countAnnotation: number }>>(
    `/api/sliceinstance/${slice}/annotationindex.json`,
  );
  return new Map(answer.collection.map((row) => [row.user, row.countAnnotation]));
}

export function getAnnotation(id: Id): Promise<Annotation> {
  return request(`/api/userannotation/${id}.json`);
}

export interface AnnotationDraft {
  location: string;
  image: Id;
  slice: Id;
  term: Id[];
}

type AnnotationAnswer = CommandAnswer<"annotation", Annotation>;

export function createAnnotation(draft: AnnotationDraft): Promise<AnnotationAnswer> {
  return request("/api/userannotation.json", { method: "POST", body: draft });
}

export function moveAnnotation(annotation: Annotation, location: string): Promise<AnnotationAnswer> {
  return request(`/api/userannotation/${annotation.id}.json`, {
    method: "PUT",
    body: { ...annotation, location },
  });
}

export function deleteAnnotation(id: Id): Promise<AnnotationAnswer> {
  return request(`/api/userannotation/${id}.json`, { method: "DELETE" });
}

export function addAnnotationTerm(annotation: Id, term: Id): Promise<CommandAnswer<"annotationterm", unknown>> {
  return request(`/api/annotation/${annotation}/term/${term}.json`, {
    method: "POST",
    body: { userannotation: annotation, term },
  });
}

export function removeAnnotationTerm(annotation: Id, term: Id): Promise<CommandAnswer<"annotationterm", unknown>> {
  return request(`/api/annotation/${annotation}/term/${term}.json`, { method: "DELETE" });
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
