/** Terms of an ontology. */
import { call } from "./client";
import { type Id, made, type Schemas } from "./types";

export type Term = Pick<Schemas["Term"], "id" | "name" | "color" | "ontology">;

export interface TermDraft {
  name: string;
  /** `#rrggbb` */
  color: string;
}

export async function listProjectTerms(project: Id): Promise<Term[]> {
  return (await call("get", "/api/project/{id}/term", { path: { id: project } })).collection;
}

export async function listOntologyTerms(ontology: Id): Promise<Term[]> {
  return (await call("get", "/api/ontology/{id}/term", { path: { id: ontology } })).collection;
}

export async function createTerm(ontology: Id, draft: TermDraft): Promise<Term> {
  return made(await call("post", "/api/term", { body: { ...draft, ontology } })).term;
}

/** What the draft does not name stays as it is. */
export async function updateTerm(id: Id, draft: TermDraft): Promise<void> {
  await call("put", "/api/term/{id}", { path: { id }, body: draft });
}

export async function deleteTerm(id: Id): Promise<void> {
  await call("delete", "/api/term/{id}", { path: { id } });
}
