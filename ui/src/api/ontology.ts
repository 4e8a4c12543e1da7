/** Ontologies: the vocabulary of terms that annotations of a project are given. */
import { request } from "./client";
import type { Collection, CommandAnswer, Id, Timestamp } from "./types";

export interface Ontology {
  id: Id;
  name: string;
  user: Id | null;
  created: Timestamp;
  projects?: { id: Id; name: string }[];
}

export async function listOntologies(): Promise<Ontology[]> {
  return (await request<Collection<Ontology>>("/api/ontology.json")).collection;
}

export async function createOntology(name: string): Promise<Ontology> {
  const answer = await request<CommandAnswer<"ontology", Ontology>>("/api/ontology.json", {
    method: "POST",
    body: { name },
  });
  return answer.ontology;
}

export async function renameOntology(ontology: Ontology, name: string): Promise<void> {
  await request(`/api/ontology/${ontology.id}.json`, { method: "PUT", body: { id: ontology.id, name } });
}

export async function deleteOntology(id: Id): Promise<void> {
  await request(`/api/ontology/${id}.json`, { method: "DELETE" });
}
