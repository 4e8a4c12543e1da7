/**
 * Uploads, kept while pages change. A file is sent, then its conversion is followed until the server names an outcome;
 * two files are sent at a time so that one large slide does not hold up the rest.
 */
import { defineStore } from "pinia";
import { ref } from "vue";
import { ApiError, inWords, isAbort } from "@/api/errors";
import { keys } from "@/api/keys";
import type { Id } from "@/api/types";
import { getUploadedFile, sendFile, uploadOutcome } from "@/api/uploadedFile";
import { queryClient } from "@/app/queryClient";

export type UploadState = "waiting" | "sending" | "processing" | "ready" | "failed";

export interface UploadEntry {
  key: number;
  name: string;
  size: number;
  project: Id;
  state: UploadState;
  /** Sent part, 0 to 1. */
  progress: number;
  /** The failure; null while there is none. */
  failure: unknown;
}

const AT_A_TIME = 2;
/** Milliseconds between questions about a conversion. */
const POLL = 700;

export const useUploads = defineStore("uploads", () => {
  const entries = ref<UploadEntry[]>([]);
  const files = new Map<number, { file: File; storage: Id; cancel: () => void }>();
  let next = 1;

  function add(list: readonly File[], storage: Id, project: Id): void {
    for (const file of list) {
      const key = next++;
      files.set(key, { file, storage, cancel: () => undefined });
      entries.value.push({
        key,
        name: file.name,
        size: file.size,
        project,
        state: "waiting",
        progress: 0,
        failure: null,
      });
    }
    advance();
  }

  function advance(): void {
    const sending = entries.value.filter((entry) => entry.state === "sending").length;
    for (const entry of entries.value.filter((one) => one.state === "waiting").slice(0, AT_A_TIME - sending)) {
      void run(entry);
    }
  }

  async function run(entry: UploadEntry): Promise<void> {
    const source = files.get(entry.key);
    if (source === undefined) return;
    entry.state = "sending";
    try {
      const upload = sendFile(source.file, source.storage, entry.project, (part) => (entry.progress = part));
      source.cancel = upload.cancel;
      const { id } = await upload.done;
      entry.state = "processing";
      advance();
      await follow(entry, id);
    } catch (error) {
      if (isAbort(error)) remove(entry.key);
      else {
        entry.state = "failed";
        entry.failure = error;
      }
    }
    advance();
  }

  async function follow(entry: UploadEntry, id: Id): Promise<void> {
    for (;;) {
      const uploaded = await getUploadedFile(id);
      const outcome = uploadOutcome(uploaded.status);
      if (outcome === "ready") {
        entry.state = "ready";
        files.delete(entry.key);
        await queryClient.invalidateQueries({ queryKey: keys.images(entry.project) });
        await queryClient.invalidateQueries({ queryKey: keys.projects });
        return;
      }
      if (outcome === "failed") {
        const words = uploaded.error ?? uploaded.statusText;
        throw new ApiError(422, words === null ? null : inWords(words));
      }
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  }

  function retry(key: number): void {
    const entry = entries.value.find((one) => one.key === key);
    if (entry === undefined) return;
    Object.assign(entry, { state: "waiting", progress: 0, failure: null });
    advance();
  }

  /** Stops sending, or takes a finished entry off the list. */
  function dismiss(key: number): void {
    const entry = entries.value.find((one) => one.key === key);
    if (entry?.state === "sending") files.get(key)?.cancel();
    else remove(key);
  }

  function remove(key: number): void {
    files.delete(key);
    entries.value = entries.value.filter((entry) => entry.key !== key);
  }

  // Leaving the site would stop what is being sent; the browser asks first.
  globalThis.addEventListener("beforeunload", (event) => {
    if (entries.value.some((entry) => entry.state === "sending" || entry.state === "waiting")) event.preventDefault();
  });

  return { entries, add, retry, dismiss };
});
