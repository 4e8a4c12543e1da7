/** Who is signed in, kept in the query cache so that every page sees the same answer. */
import { useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed } from "vue";
import { type Caller, currentUser, signIn, signOut } from "@/api/session";
import { queryClient } from "./queryClient";

const KEY = ["session"];
/** Remembers that there was a session, so that a first visit asks nothing and logs no refusal in the console. */
const HINT = "cytomine.session";

const options = {
  queryKey: KEY,
  queryFn: async (): Promise<Caller | null> => {
    if (localStorage.getItem(HINT) === null) return null;
    const user = await currentUser();
    if (user === null) localStorage.removeItem(HINT);
    return user;
  },
  staleTime: Infinity,
};

export function loadSession(): Promise<Caller | null> {
  return queryClient.ensureQueryData(options);
}

export function forgetSession(): void {
  localStorage.removeItem(HINT);
  queryClient.clear();
  queryClient.setQueryData(KEY, null);
}

export function useSession() {
  const client = useQueryClient();
  const { data } = useQuery(options);

  async function enter(username: string, password: string): Promise<void> {
    const user = await signIn(username, password);
    localStorage.setItem(HINT, "1");
    client.clear();
    client.setQueryData(KEY, user);
  }

  async function leave(): Promise<void> {
    await signOut();
    forgetSession();
  }

  return { user: computed(() => data.value ?? null), enter, leave };
}
