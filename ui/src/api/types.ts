/** Wire shapes that several nouns share. */

export type Id = number;

/** What every list of the server answers. */
export interface Collection<T> {
  collection: T[];
  offset: number;
  perPage: number;
  /** Number of all matching items, not of this page. */
  size: number;
  totalPages: number;
}

/** What every write answers; the entity itself stands under a key that depends on the noun. */
export type CommandAnswer<Key extends string, T> = Record<Key, T> & {
  message: string;
  /** Names the command for undo and redo. */
  command: Id;
};

/** Milliseconds since the epoch; the server prints entities' dates as text and computed rows' dates as numbers. */
export type Timestamp = string | number | null;

export function toDate(value: Timestamp | undefined): Date | null {
  if (value === null || value === undefined || value === "") return null;
  const date = new Date(Number(value));
  return Number.isNaN(date.getTime()) ? null : date;
}
