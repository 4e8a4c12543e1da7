/** Undo and redo of commands that the server keeps per user. */
import { call } from "./client";
import type { Id } from "./types";

export async function undoCommand(command: Id): Promise<void> {
  await call("get", "/api/command/{id}/undo", { path: { id: command } });
}

export async function redoCommand(command: Id): Promise<void> {
  await call("get", "/api/command/{id}/redo", { path: { id: command } });
}
