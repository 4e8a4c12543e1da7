/** Sending a file to the server and following what becomes of it. */
import { address, call } from "./client";
import { ApiError, failureOf } from "./errors";
import type { Id, Schemas } from "./types";

export type UploadedFile = Schemas["UploadedFile"];

export type UploadOutcome = "running" | "failed" | "ready";

/** Statuses below 100 are running when even and failed when odd; from 100 on the file is ready. */
export function uploadOutcome(status: number): UploadOutcome {
  if (status >= 100) return "ready";
  return status % 2 === 1 ? "failed" : "running";
}

export function getUploadedFile(id: Id): Promise<UploadedFile> {
  return call("get", "/api/uploadedfile/{id}", { path: { id } });
}

export interface Upload {
  done: Promise<UploadedFile>;
  cancel: () => void;
}

/**
 * Sends one file. `fetch` reports no progress of what is sent, hence XMLHttpRequest.
 *
 * @param onProgress called with the sent part, 0 to 1.
 */
export function sendFile(file: File, storage: Id, project: Id, onProgress: (part: number) => void): Upload {
  const exchange = new XMLHttpRequest();
  const done = new Promise<UploadedFile>((resolve, reject) => {
    exchange.open("POST", address("/upload", { idStorage: storage, idProject: project }));
    exchange.responseType = "text";
    exchange.setRequestHeader("Accept", "application/json");
    exchange.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    exchange.onload = () => {
      const answer = parse(exchange.responseText);
      const uploaded = Array.isArray(answer) ? (answer[0] as Partial<Schemas["Taken"]> | undefined)?.uploadedFile : undefined;
      if (exchange.status === 200 && uploaded !== undefined) resolve(uploaded);
      else reject(new ApiError(exchange.status, failureOf(answer)));
    };
    exchange.onerror = () => reject(new ApiError(0, null));
    exchange.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    const form = new FormData();
    form.append("files[]", file, file.name);
    exchange.send(form);
  });
  return { done, cancel: () => exchange.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
