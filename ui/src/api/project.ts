/** Projects: a set of slides studied together with one ontology. */
import { call } from "./client";
import { type Id, made, type Schemas } from "./types";

export type Project = Schemas["ListedProject"];

export async function listProjects(): Promise<Project[]> {
  const query = { withMembersCount: true, withLastActivity: true };
  return (await call("get", "/api/project", { query })).collection;
}

export function getProject(id: Id): Promise<Project> {
  return call("get", "/api/project/{id}", { path: { id } });
}

export async function createProject(name: string, ontology: Id | null): Promise<Project> {
  return made(await call("post", "/api/project", { body: { name, ontology } })).project;
}

/** Everything else stays as it is. */
export async function renameProject(id: Id, name: string): Promise<void> {
  await call("put", "/api/project/{id}", { path: { id }, body: { name } });
}

export async function deleteProject(id: Id): Promise<void> {
  await call("delete", "/api/project/{id}", { path: { id } });
}
