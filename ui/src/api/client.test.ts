import { afterEach, describe, expect, it, vi } from "vitest";
import { address, call, filled, handleUnauthorized } from "./client";
import { ApiError, failureOf } from "./errors";
import { uploadOutcome } from "./uploadedFile";

function answer(status: number, body: string, headers: Record<string, string> = {}): void {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(body, { status, headers }))));
}

afterEach(() => {
  vi.unstubAllGlobals();
  handleUnauthorized(() => undefined);
});

describe("address", () => {
  it("leaves out what is null or undefined and encodes the rest", () => {
    expect(address("/a", { b: "x y", c: null, d: undefined, e: 0, f: false })).toBe("/a?b=x+y&e=0&f=false");
    expect(address("/a")).toBe("/a");
  });
});

describe("filled", () => {
  it("puts values into the gaps of an address", () => {
    expect(filled("/api/term/{id}/x/{name}", { id: 5, name: "a/b" })).toBe("/api/term/5/x/a%2Fb.json");
  });
});

describe("call", () => {
  it("gives the parsed answer and sends JSON with the cookie", async () => {
    answer(200, '{"id": 7}');
    expect(await call("post", "/api/term", { body: { name: "a" } })).toEqual({ id: 7 });
    const [, init] = vi.mocked(fetch).mock.calls[0] ?? [];
    expect(init).toMatchObject({ method: "POST", body: '{"name":"a"}', credentials: "same-origin" });
  });

  it("throws the server's cause", async () => {
    answer(403, '{"errors": {"message": "no right to delete"}}');
    await expect(call("get", "/api/term", {})).rejects.toMatchObject({ status: 403, failure: { text: "no right to delete" } });
  });

  it("has no cause when the answer is a page", async () => {
    answer(500, "<html></html>");
    await expect(call("get", "/api/term", {})).rejects.toMatchObject({ status: 500, failure: null });
  });

  it("reports an unreachable server as status 0", async () => {
    vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError("failed"))));
    await expect(call("get", "/api/term", {})).rejects.toMatchObject({ status: 0 });
  });

  it("lets an aborted request through as such", async () => {
    vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new DOMException("stop", "AbortError"))));
    await expect(call("get", "/api/term", {})).rejects.not.toBeInstanceOf(ApiError);
  });

  it("tells about a lost session, but not about a refused sign-in", async () => {
    const lost = vi.fn();
    handleUnauthorized(lost);
    answer(401, "");
    await expect(call("get", "/session", {})).rejects.toMatchObject({ status: 401 });
    expect(lost).not.toHaveBeenCalled();
    await expect(call("get", "/api/project", {})).rejects.toMatchObject({ status: 401 });
    expect(lost).toHaveBeenCalledOnce();
  });

  it("reads how long to wait", async () => {
    answer(429, "{}", { "Retry-After": "30" });
    await expect(call("get", "/session", {})).rejects.toMatchObject({ retryAfter: 30 });
  });
});

describe("failureOf", () => {
  it.each([
    [{ errors: { message: "a" } }, "a"],
    [{ errors: "b", success: false }, "b"],
    [[{ status: 500, error: "c", files: [{ size: 0, error: "c" }] }], "c"],
    [{ title: "Not Found", detail: "d" }, "d"],
    [{ title: "e" }, "e"],
    [{ errors: { message: "" } }, null],
    [null, null],
    ["text", null],
    [[], null],
  ])("%j", (body, expected) => {
    expect(failureOf(body)?.text ?? null).toBe(expected);
  });
});

describe("uploadOutcome", () => {
  it("reads even as running, odd as failed, 100 and above as ready", () => {
    expect([0, 10, 30, 60].map(uploadOutcome)).toEqual(Array(4).fill("running"));
    expect([11, 41, 61].map(uploadOutcome)).toEqual(Array(3).fill("failed"));
    expect([100, 104].map(uploadOutcome)).toEqual(["ready", "ready"]);
  });
});
