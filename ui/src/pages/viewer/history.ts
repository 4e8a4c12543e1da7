/**
 * Undo and redo of what was done in this viewer. The server keeps one history per user over everything they do; by
 * naming the commands of this viewer, undo never takes back something done elsewhere.
 *
 * A change counts from the moment it is begun: undo waits for changes that are still being stored, lest it take back
 * the one before them.
 */
import { computed, ref } from "vue";
import { redoCommand, undoCommand } from "@/api/command";
import type { Id } from "@/api/types";

export function useHistory() {
  const done = ref<Id[]>([]);
  const undone = ref<Id[]>([]);
  const busy = ref(false);
  const running = new Set<Promise<unknown>>();

  /** Runs a change and remembers its command; what was undone before can no longer be redone. */
  async function change<Answer extends { command: Id }>(run: () => Promise<Answer>): Promise<Answer> {
    const remembered = run().then((answer) => {
      done.value.push(answer.command);
      undone.value = [];
      return answer;
    });
    running.add(remembered);
    try {
      return await remembered;
    } finally {
      running.delete(remembered);
    }
  }

  async function step(from: () => Id[], to: () => Id[], run: (command: Id) => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    try {
      await Promise.allSettled(running);
      const command = from().at(-1);
      if (command === undefined) return false;
      await run(command);
      from().pop();
      to().push(command);
      return true;
    } finally {
      busy.value = false;
    }
  }

  const [past, future] = [() => done.value, () => undone.value];
  return {
    change,
    canUndo: computed(() => done.value.length > 0),
    canRedo: computed(() => undone.value.length > 0),
    undo: () => step(past, future, undoCommand),
    redo: () => step(future, past, redoCommand),
  };
}

export type History = ReturnType<typeof useHistory>;
