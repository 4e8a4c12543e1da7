/** Wire types by their names in the server's description, and what several nouns share. */
import type { components } from "./schema";

/** The schemas of `openapi.json`. */
export type Schemas = components["schemas"];

export type Id = number;

/** The one object that was made; a create of one never answers as a create of many. */
export function made<T extends object>(answer: T | Schemas["Bulk"]): T {
  if ("status" in answer) throw new TypeError("the server answered for several objects");
  return answer;
}

/** Milliseconds since the epoch; the server prints entities' dates as text and computed rows' dates as numbers. */
export type Timestamp = string | number | null;

export function toDate(value: Timestamp | undefined): Date | null {
  if (value === null || value === undefined || value === "") return null;
  const date = new Date(Number(value));
  return Number.isNaN(date.getTime()) ? null : date;
}
