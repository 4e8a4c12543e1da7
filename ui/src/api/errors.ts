/** What can go wrong between the browser and the server, in one shape. */

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when the server could not be reached. */
    readonly status: number,
    /** The cause in the server's words; null when it gave none. */
    readonly reason: string | null,
    /** Seconds after which another attempt makes sense. */
    readonly retryAfter: number | null = null,
  ) {
    super(reason ?? `HTTP ${status}`);
    this.name = "ApiError";
  }
}

/**
 * Finds the cause in the error shapes of the server: `{errors: {message}}`, `{errors: "text"}`, a problem document
 * (`{title, detail}`), and the list of the upload route (`[{error}]`).
 */
export function failureText(body: unknown): string | null {
  const value = Array.isArray(body) ? (body[0] as unknown) : body;
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Record<string, unknown>;
  const errors = fields["errors"];
  const nested = typeof errors === "object" && errors !== null ? (errors as Record<string, unknown>)["message"] : errors;
  for (const candidate of [nested, fields["error"], fields["detail"], fields["message"], fields["title"]]) {
    if (typeof candidate === "string" && candidate.trim() !== "") return candidate;
  }
  return null;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
