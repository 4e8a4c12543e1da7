/** The terms of the viewer: which are shown, and which one new annotations get. */
import { computed, reactive, ref, type Ref } from "vue";
import type { Term } from "@/api/term";
import type { Id } from "@/api/types";

/** Stands for annotations without any term. */
export const NO_TERM = 0;
/** Colour of annotations with no term or several. */
export const NEUTRAL = "#ffffff";

export function useTerms(terms: Ref<readonly Term[]>) {
  const hidden = reactive(new Set<Id>());
  const chosen = ref<Id | null>(null);

  const sorted = computed(() => [...terms.value].sort((a, b) => a.name.localeCompare(b.name)));
  const byId = computed(() => new Map(terms.value.map((term) => [term.id, term])));
  /** The chosen term, null when there is none or when it was deleted. */
  const active = computed(() => (chosen.value === null ? null : (byId.value.get(chosen.value) ?? null)));

  function choose(term: Id | null): void {
    chosen.value = term;
    if (term !== null) hidden.delete(term);
  }

  function toggle(term: Id): void {
    if (!hidden.delete(term)) hidden.add(term);
  }

  /** An annotation with several terms hides only when all of them are hidden. */
  function isVisible(ids: readonly Id[]): boolean {
    return ids.length === 0 ? !hidden.has(NO_TERM) : ids.some((id) => !hidden.has(id));
  }

  function colorOf(ids: readonly Id[]): string {
    return ids.length === 1 ? (byId.value.get(ids[0] ?? NO_TERM)?.color ?? NEUTRAL) : NEUTRAL;
  }

  return { terms: sorted, byId, hidden, active, choose, toggle, isVisible, colorOf };
}
