import { beforeEach, describe, expect, it, vi } from "vitest";
import { useHistory } from "./history";

const calls = vi.hoisted(() => ({ undone: [] as number[], redone: [] as number[] }));
vi.mock("@/api/command", () => ({
  undoCommand: async (id: number) => void calls.undone.push(id),
  redoCommand: async (id: number) => void calls.redone.push(id),
}));

describe("history", () => {
  beforeEach(() => {
    calls.undone.length = 0;
    calls.redone.length = 0;
  });

  it("waits for a change that is still being stored", async () => {
    const history = useHistory();
    await history.change(async () => ({ command: 1 }));
    let stored = false;
    const storing = history.change(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      stored = true;
      return { command: 2 };
    });
    const undone = history.undo();
    expect(stored).toBe(false);
    await Promise.all([storing, undone]);
    expect(calls.undone).toEqual([2]);
  });

  it("forgets what could be redone once something new is done, and keeps failures out", async () => {
    const history = useHistory();
    await history.change(async () => ({ command: 1 }));
    await history.undo();
    await expect(history.change(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(history.canRedo.value).toBe(true);
    await history.change(async () => ({ command: 2 }));
    expect(history.canRedo.value).toBe(false);
    await history.undo();
    expect(calls.undone).toEqual([1, 2]);
  });
});
