/** What can go wrong between the browser and the server, in one shape. */

/** Why the server refused: its words, and what other languages go by. */
export interface Failure {
  /** The cause in the server's words. */
  text: string;
  /** Name of the cause; null where the server gave none. */
  code: string | null;
  /** Values in the words. */
  params: Record<string, string>;
}

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when the server could not be reached. */
    readonly status: number,
    /** The cause; null when the server gave none. */
    readonly failure: Failure | null,
    /** Seconds after which another attempt makes sense. */
    readonly retryAfter: number | null = null,
  ) {
    super(failure?.text ?? `HTTP ${status}`);
    this.name = "ApiError";
  }
}

/** A cause in words alone. */
export function inWords(text: string): Failure {
  return { text, code: null, params: {} };
}

/**
 * Finds the cause in the error shapes of the server: `{errors: {message}}`, `{errors: "text"}`, a problem document
 * (`{title, detail}`), and the list of the upload route (`[{error}]`).
 */
export function failureOf(body: unknown): Failure | null {
  const value = Array.isArray(body) ? (body[0] as unknown) : body;
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Record<string, unknown>;
  const errors = fields["errors"];
  const nested = typeof errors === "object" && errors !== null ? (errors as Record<string, unknown>)["message"] : errors;
  for (const candidate of [nested, fields["error"], fields["detail"], fields["message"], fields["title"]]) {
    if (typeof candidate === "string" && candidate.trim() !== "") {
      return { text: candidate, code: codeOf(fields), params: paramsOf(fields) };
    }
  }
  return null;
}

function codeOf(fields: Record<string, unknown>): string | null {
  return typeof fields["code"] === "string" ? fields["code"] : null;
}

function paramsOf(fields: Record<string, unknown>): Record<string, string> {
  const params = fields["params"];
  if (typeof params !== "object" || params === null) return {};
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
