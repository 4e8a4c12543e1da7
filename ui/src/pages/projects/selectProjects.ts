/** Search and order of the project list. */
import type { Project } from "@/api/project";

export const PROJECT_ORDERS = ["activity", "name", "created"] as const;
export type ProjectOrder = (typeof PROJECT_ORDERS)[number];

export function selectProjects(projects: readonly Project[], search: string, order: ProjectOrder, language: string): Project[] {
  const wanted = search.trim().toLocaleLowerCase(language);
  const found = projects.filter((project) => project.name.toLocaleLowerCase(language).includes(wanted));
  const date = (project: Project): number =>
    Number((order === "activity" ? project.lastActivity : null) ?? project.created ?? 0);
  return found.sort((a, b) =>
    order === "name" ? a.name.localeCompare(b.name, language, { numeric: true }) : date(b) - date(a),
  );
}
