/** The cache of what the server said. */
import { QueryClient } from "@tanstack/vue-query";
import { ApiError } from "@/api/errors";

/** Answers that another attempt would not change. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && !isFinal(error),
    },
  },
});
