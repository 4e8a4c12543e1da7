import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, inWords } from "@/api/errors";
import type { Upload, UploadedFile } from "@/api/uploadedFile";
import { useUploads } from "./uploads";

const api = vi.hoisted(() => ({ sendFile: vi.fn(), getUploadedFile: vi.fn() }));
vi.mock("@/api/uploadedFile", async (original) => ({ ...(await original<object>()), ...api }));

interface Sent extends Upload {
  name: string;
  finish: (file: Partial<UploadedFile>) => void;
  fail: (error: unknown) => void;
}

let sent: Sent[];

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  sent = [];
  api.getUploadedFile.mockReset();
  api.sendFile.mockImplementation((file: File) => {
    let finish!: Sent["finish"];
    let fail!: Sent["fail"];
    const done = new Promise<UploadedFile>((resolve, reject) => {
      finish = (uploaded) => resolve(uploaded as UploadedFile);
      fail = reject;
    });
    const upload = { name: file.name, done, finish, fail, cancel: () => fail(new DOMException("", "AbortError")) };
    sent.push(upload);
    return upload;
  });
});
afterEach(() => vi.useRealTimers());

const files = (...names: string[]) => names.map((name) => new File(["x"], name));
const flush = () => vi.advanceTimersByTimeAsync(0);

describe("uploads", () => {
  it("send two files at a time and follow each to its outcome", async () => {
    const uploads = useUploads();
    uploads.add(files("a", "b", "c"), 1, 2);
    expect(sent.map((one) => one.name)).toEqual(["a", "b"]);

    api.getUploadedFile.mockResolvedValueOnce({ id: 5, status: 30 }).mockResolvedValueOnce({ id: 5, status: 100 });
    sent[0]?.finish({ id: 5 });
    await flush();
    // The conversion of one file does not hold up the sending of the next.
    expect(uploads.entries[0]?.state).toBe("processing");
    expect(sent.map((one) => one.name)).toEqual(["a", "b", "c"]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(uploads.entries[0]?.state).toBe("ready");
  });

  it("show the server's cause, and send again on retry", async () => {
    const uploads = useUploads();
    uploads.add(files("notes.txt"), 1, 2);
    sent[0]?.fail(new ApiError(400, inWords("not a slide")));
    await flush();
    expect(uploads.entries[0]).toMatchObject({ state: "failed", failure: { message: "not a slide" } });
    uploads.retry(uploads.entries[0]?.key ?? 0);
    expect(sent).toHaveLength(2);
    expect(uploads.entries[0]).toMatchObject({ state: "sending", failure: null });
  });

  it("tell a conversion that failed after the file was taken", async () => {
    const uploads = useUploads();
    api.getUploadedFile.mockResolvedValue({ id: 5, status: 31, statusText: "ERROR_CONVERSION", error: "the strip is cut off" });
    uploads.add(files("cut.tif"), 1, 2);
    sent[0]?.finish({ id: 5 });
    await flush();
    expect(uploads.entries[0]).toMatchObject({ state: "failed", failure: { message: "the strip is cut off" } });
  });

  it("disappear when cancelled, and let the next one start", async () => {
    const uploads = useUploads();
    uploads.add(files("a", "b", "c"), 1, 2);
    uploads.dismiss(uploads.entries[0]?.key ?? 0);
    await flush();
    expect(uploads.entries.map((entry) => entry.name)).toEqual(["b", "c"]);
    expect(sent.map((one) => one.name)).toEqual(["a", "b", "c"]);
  });
});
