/** Users as members and as annotation layers. */
import { request } from "./client";
import type { Collection, Id } from "./types";

export interface User {
  id: Id;
  username: string;
  name?: string | null;
  fullName?: string | null;
  firstname?: string | null;
  lastname?: string | null;
  admin?: boolean;
  guest?: boolean;
}

/** Name to show for a user: first and last name where known, else the account's name. */
export function displayName(user: User): string {
  const parts = [user.firstname, user.lastname].filter((part) => part !== null && part !== undefined && part !== "");
  return parts.length > 0 ? parts.join(" ") : (user.name ?? user.username);
}

/** Users whose annotations the caller may see as layers of the project. */
export async function listUserLayers(project: Id): Promise<User[]> {
  return (await request<Collection<User>>(`/api/project/${project}/userlayer.json`)).collection;
}
