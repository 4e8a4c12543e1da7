/** Users as members and as annotation layers. */
import { call } from "./client";
import type { Id, Schemas } from "./types";

export type User = Pick<Schemas["User"], "id" | "username" | "name" | "firstname" | "lastname">;

/** Name to show for a user: first and last name where known, else the account's name. */
export function displayName(user: User): string {
  const parts = [user.firstname, user.lastname].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(" ") : user.name;
}

/** Users whose annotations the caller may see as layers of the project. */
export async function listUserLayers(project: Id): Promise<User[]> {
  return (await call("get", "/api/project/{id}/userlayer", { path: { id: project } })).collection;
}
