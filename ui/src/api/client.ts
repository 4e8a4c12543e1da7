/**
 * The one place that speaks HTTP to the server.
 *
 * Addresses, parameters, bodies and answers have the types of the server's own description (`openapi.json`, from which
 * `npm run generate` makes `schema.d.ts`). JSON in, JSON out, the session cookie sent along, every failure an `ApiError`.
 */
import { ApiError, failureOf } from "./errors";
import type { paths } from "./schema";

export type Query = Record<string, string | number | boolean | null | undefined>;

type Method = "get" | "post" | "put" | "delete";

/** Addresses that know a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends object ? P : never;
}[keyof paths];

type Json<R> = R extends { content: { "application/json": infer J } } ? J : null;

/** What an operation answers when it does what it was asked for. */
export type AnswerOf<M extends Method, P extends PathOf<M>> = paths[P][M] extends { responses: infer R }
  ? R extends { 200: infer Done } ? Json<Done> : null
  : never;

/** What an operation takes as body. */
export type BodyOf<M extends Method, P extends PathOf<M>> = paths[P][M] extends {
  requestBody?: { content: { "application/json": infer B } };
}
  ? B
  : undefined;

/** The parameters in an address. */
type Gaps<M extends Method, P extends PathOf<M>> = paths[P][M] extends { parameters: { path: infer G } } ? { path: G } : { path?: never };

/** The parameters of a query. */
type Keys<M extends Method, P extends PathOf<M>> = paths[P][M] extends { parameters: { query?: infer Q } } ? Q : Query;

export type CallOptions<M extends Method, P extends PathOf<M>> = Gaps<M, P> & {
  query?: { [K in keyof Keys<M, P>]?: Keys<M, P>[K] | null };
  body?: BodyOf<M, P>;
  signal?: AbortSignal;
};

/** Called when the server no longer accepts the session; set once by the router. */
let onUnauthorized: () => void = () => undefined;

export function handleUnauthorized(handler: () => void): void {
  onUnauthorized = handler;
}

/** Address with its query; parameters that are null or undefined are left out. */
export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** An address of the description with its gaps filled, and with the ending that Cytomine's clients give it. */
export function filled(path: string, gaps: Record<string, string | number> = {}): string {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(gaps[name])));
  return address.startsWith("/api/") ? `${address}.json` : address;
}

/**
 * Sends one request and gives the parsed JSON back.
 *
 * @throws ApiError for every answer outside 2xx and when the server cannot be reached (status 0);
 *   an aborted request throws the signal's own `AbortError`.
 */
export async function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  options: CallOptions<M, P>,
): Promise<AnswerOf<M, P>> {
  const { path: gaps, query, body, signal } = options;
  const target = address(filled(path, gaps as Record<string, string | number> | undefined), query as Query | undefined);
  // What was parsed has the type that the server says it has: there is no other place that could know.
  return (await send(method, target, body, signal)) as AnswerOf<M, P>;
}

async function send(method: Method, target: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";

  let response: Response;
  try {
    response = await fetch(target, {
      method: method.toUpperCase(),
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, null);
  }

  const text = await response.text();
  const parsed = parseJson(text);
  if (!response.ok) {
    if (response.status === 401 && target !== "/session") onUnauthorized();
    throw new ApiError(response.status, failureOf(parsed), retryAfter(response));
  }
  return parsed;
}

function parseJson(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}
