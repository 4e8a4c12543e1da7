/** Projects: a set of slides studied together with one ontology. */
import { request } from "./client";
import type { Collection, CommandAnswer, Id, Timestamp } from "./types";

export interface Project {
  id: Id;
  name: string;
  ontology: Id | null;
  ontologyName: string | null;
  numberOfImages: number;
  numberOfAnnotations: number;
  numberOfReviewedAnnotations: number;
  created: Timestamp;
  membersCount?: number;
  lastActivity?: Timestamp;
}

export async function listProjects(): Promise<Project[]> {
  const answer = await request<Collection<Project>>("/api/project.json", {
    query: { withMembersCount: true, withLastActivity: true },
  });
  return answer.collection;
}

export function getProject(id: Id): Promise<Project> {
  return request(`/api/project/${id}.json`);
}

export async function createProject(name: string, ontology: Id | null): Promise<Project> {
  const answer = await request<CommandAnswer<"project", Project>>("/api/project.json", {
    method: "POST",
    body: { name, ontology },
  });
  return answer.project;
}

/** A PUT replaces the whole entity, so everything else is sent back unchanged. */
export async function renameProject(project: Project, name: string): Promise<void> {
  await request(`/api/project/${project.id}.json`, { method: "PUT", body: { ...project, name } });
}

export async function deleteProject(id: Id): Promise<void> {
  await request(`/api/project/${id}.json`, { method: "DELETE" });
}
