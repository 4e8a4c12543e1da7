/** Signing in and out, and who is signed in. */
import { call } from "./client";
import { hasStatus } from "./errors";
import type { Schemas } from "./types";

/** Who is signed in, with what their roles amount to. */
export type Caller = Schemas["Caller"];

export async function signIn(username: string, password: string): Promise<Caller> {
  return (await call("post", "/session", { body: { username, password } })).user;
}

/** The signed-in user, or null when there is no session. */
export async function currentUser(): Promise<Caller | null> {
  try {
    return (await call("get", "/session", {})).user;
  } catch (error) {
    if (hasStatus(error, 401)) return null;
    throw error;
  }
}

export async function signOut(): Promise<void> {
  await call("delete", "/session", {});
}
