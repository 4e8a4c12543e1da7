/** The layers of the viewer: the annotations of one user each. */
import { computed, reactive, type Ref } from "vue";
import type { Id } from "@/api/types";
import { displayName, type User } from "@/api/user";

export interface Layer {
  user: Id;
  name: string;
  own: boolean;
  visible: boolean;
  /** Opacity of the fillings, 0 to 1. */
  opacity: number;
}

const START = { visible: true, opacity: 0.5 };

export function useLayers(users: Ref<readonly User[]>, me: Id) {
  const settings = reactive(new Map<Id, { visible: boolean; opacity: number }>());

  /** The caller's own layer first, then by name. */
  const layers = computed<Layer[]>(() =>
    users.value
      .map((user) => ({
        user: user.id,
        name: displayName(user),
        own: user.id === me,
        ...(settings.get(user.id) ?? START),
      }))
      .sort((a, b) => Number(b.own) - Number(a.own) || a.name.localeCompare(b.name)),
  );
  const visibleUsers = computed(() => layers.value.filter((layer) => layer.visible).map((layer) => layer.user));

  function change(user: Id, change: Partial<{ visible: boolean; opacity: number }>): void {
    settings.set(user, { ...START, ...settings.get(user), ...change });
  }

  /** Hides all layers, or shows all when none is visible. */
  function toggleAll(): void {
    const visible = visibleUsers.value.length === 0;
    for (const { user } of layers.value) change(user, { visible });
  }

  function nameOf(user: Id): string | null {
    return layers.value.find((layer) => layer.user === user)?.name ?? null;
  }

  function opacityOf(user: Id): number {
    return settings.get(user)?.opacity ?? START.opacity;
  }

  function isVisible(user: Id): boolean {
    return settings.get(user)?.visible ?? START.visible;
  }

  return { layers, visibleUsers, change, toggleAll, nameOf, opacityOf, isVisible };
}
