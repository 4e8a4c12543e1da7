/** Storages: where a user's uploaded files live. */
import { call } from "./client";
import type { Id, Schemas } from "./types";

export type Storage = Schemas["Storage"];

/** The storage that uploads of a user go to: their own, else the first they may write to. */
export async function defaultStorage(user: Id): Promise<Storage | null> {
  const { collection } = await call("get", "/api/storage", {});
  return collection.find((storage) => storage.user === user) ?? collection[0] ?? null;
}
