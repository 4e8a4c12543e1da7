/** Signing in and out, and who is signed in. */
import { request } from "./client";
import { hasStatus } from "./errors";
import type { User } from "./user";

interface SessionAnswer {
  user?: User;
}

function userOf(answer: SessionAnswer & Partial<User>): User {
  return answer.user ?? (answer as User);
}

export async function signIn(username: string, password: string): Promise<User> {
  return userOf(await request("/session", { method: "POST", body: { username, password } }));
}

/** The signed-in user, or null when there is no session. */
export async function currentUser(): Promise<User | null> {
  try {
    return userOf(await request("/session"));
  } catch (error) {
    if (hasStatus(error, 401)) return null;
    throw error;
  }
}

export async function signOut(): Promise<void> {
  await request("/session", { method: "DELETE" });
}
