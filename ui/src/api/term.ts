/** Terms of an ontology. */
import { request } from "./client";
import type { Collection, CommandAnswer, Id } from "./types";

export interface Term {
  id: Id;
  name: string;
  /** `#rrggbb` */
  color: string;
  ontology: Id;
  comment?: string | null;
  parent?: Id | null;
}

export interface TermDraft {
  name: string;
  color: string;
}

export async function listProjectTerms(project: Id): Promise<Term[]> {
  return (await request<Collection<Term>>(`/api/project/${project}/term.json`)).collection;
}

export async function listOntologyTerms(ontology: Id): Promise<Term[]> {
  return (await request<Collection<Term>>(`/api/ontology/${ontology}/term.json`)).collection;
}

export async function createTerm(ontology: Id, draft: TermDraft): Promise<Term> {
  const answer = await request<CommandAnswer<"term", Term>>("/api/term.json", {
    method: "POST",
    body: { ...draft, ontology },
  });
  return answer.term;
}

/** A PUT replaces the whole entity, so what the form does not show is sent back unchanged. */
export async function updateTerm(term: Term, draft: TermDraft): Promise<void> {
  await request(`/api/term/${term.id}.json`, { method: "PUT", body: { ...term, ...draft } });
}

export async function deleteTerm(id: Id): Promise<void> {
  await request(`/api/term/${id}.json`, { method: "DELETE" });
}
