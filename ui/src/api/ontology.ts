/** Ontologies: the vocabulary of terms that annotations of a project are given. */
import { call } from "./client";
import { type Id, made, type Schemas } from "./types";

export type Ontology = Schemas["Ontology"];

export async function listOntologies(): Promise<Ontology[]> {
  const { collection } = await call("get", "/api/ontology", {});
  // Only a list that was asked for by `light` has names alone.
  return collection.filter((ontology): ontology is Ontology => "terms" in ontology);
}

export async function createOntology(name: string): Promise<Ontology> {
  return made(await call("post", "/api/ontology", { body: { name } })).ontology;
}

export async function renameOntology(id: Id, name: string): Promise<void> {
  await call("put", "/api/ontology/{id}", { path: { id }, body: { name } });
}

export async function deleteOntology(id: Id): Promise<void> {
  await call("delete", "/api/ontology/{id}", { path: { id } });
}
