/** Undo and redo of commands that the server keeps per user. */
import { request } from "./client";
import type { Collection, Id } from "./types";

export async function undoCommand(command: Id): Promise<void> {
  await request<Collection<unknown>>(`/api/command/${command}/undo.json`);
}

export async function redoCommand(command: Id): Promise<void> {
  await request<Collection<unknown>>(`/api/command/${command}/redo.json`);
}
