/**
 * Undo and redo of what was done in this viewer. The server keeps one history per user over everything they do; by
 * naming the commands of this viewer, undo never takes back something done elsewhere.
 */
import { computed, ref } from "vue";
import { redoCommand, undoCommand } from "@/api/command";
import type { Id } from "@/api/types";

export function useHistory() {
  const done = ref<Id[]>([]);
  const undone = ref<Id[]>([]);
  const busy = ref(false);

  /** Remembers a command that just ran; what was undone before can no longer be redone. */
  function record(command: Id): void {
    done.value.push(command);
    undone.value = [];
  }

  async function step(from: Id[], to: Id[], run: (command: Id) => Promise<void>): Promise<boolean> {
    const command = from.at(-1);
    if (command === undefined || busy.value) return false;
    busy.value = true;
    try {
      await run(command);
      from.pop();
      to.push(command);
      return true;
    } finally {
      busy.value = false;
    }
  }

  return {
    record,
    canUndo: computed(() => done.value.length > 0),
    canRedo: computed(() => undone.value.length > 0),
    undo: () => step(done.value, undone.value, undoCommand),
    redo: () => step(undone.value, done.value, redoCommand),
  };
}

export type History = ReturnType<typeof useHistory>;
