/** Storages: where a user's uploaded files live. */
import { request } from "./client";
import type { Collection, Id } from "./types";

export interface Storage {
  id: Id;
  name: string;
  /** Owner. */
  user: Id;
}

/** The storage that uploads of a user go to: their own, else the first they may write to. */
export async function defaultStorage(user: Id): Promise<Storage | null> {
  const { collection } = await request<Collection<Storage>>("/api/storage.json");
  return collection.find((storage) => storage.user === user) ?? collection[0] ?? null;
}
