/** Names under which answers are cached; what changes something says by them what to ask for again. */
import type { MaybeRefOrGetter } from "vue";
import type { Id } from "./types";

type Of = MaybeRefOrGetter<Id>;

export const keys = {
  projects: ["projects"],
  project: (id: Of) => ["project", id],
  images: (project: Of) => ["images", project],
  imageStrip: (project: Of) => ["images", project, "strip"],
  image: (id: Of) => ["image", id],
  slide: (image: Of) => ["slide", image],
  ontologies: ["ontologies"],
  /** Terms of everything. */
  terms: ["terms"],
  termsOfProject: (project: Of) => ["terms", "project", project],
  termsOfOntology: (ontology: Of) => ["terms", "ontology", ontology],
  layers: (project: Of) => ["layers", project],
  /** All annotations that are shown one by one. */
  annotations: ["annotation"],
  annotation: (id: Of) => ["annotation", id],
  annotationCounts: (slice: Of) => ["annotation-counts", slice],
};
