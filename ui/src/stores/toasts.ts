/** Short messages at the edge of the window. */
import { defineStore } from "pinia";
import { ref } from "vue";

export interface ToastContent {
  kind: "error" | "success" | "info";
  title: string;
  detail?: string;
}

export interface ToastEntry extends ToastContent {
  key: number;
}

const MOST_AT_ONCE = 4;

export const useToasts = defineStore("toasts", () => {
  const entries = ref<ToastEntry[]>([]);
  let next = 1;

  function push(content: ToastContent): void {
    // The same failure again and again (a poll, say) is told once.
    entries.value = entries.value.filter(
      (entry) => entry.title !== content.title || entry.detail !== content.detail,
    );
    entries.value = [...entries.value, { ...content, key: next++ }].slice(-MOST_AT_ONCE);
  }

  function dismiss(key: number): void {
    entries.value = entries.value.filter((entry) => entry.key !== key);
  }

  return { entries, push, dismiss };
});
