// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import type { RouteLocationNormalized } from "vue-router";
import { reloadAfterUpgrade } from "./upgrade";

type Handler = (error: unknown, to: RouteLocationNormalized) => void;

const to = { fullPath: "/project/7/images?page=2" } as RouteLocationNormalized;

function watched() {
  let handler: Handler | undefined;
  const go = vi.fn();
  reloadAfterUpgrade({ onError: (given) => ((handler = given as Handler), () => undefined) }, go);
  return { go, fail: (error: unknown) => handler?.(error, to) };
}

function lose(payload: Error) {
  window.dispatchEvent(Object.assign(new Event("vite:preloadError"), { payload }));
}

beforeEach(() => {
  sessionStorage.clear();
});

it("loads the page anew where it was about to go, once", () => {
  const { go, fail } = watched();
  const gone = new Error("part is gone");
  lose(gone);
  fail(gone);
  expect(go.mock.calls).toEqual([[to.fullPath]]);
  lose(gone);
  fail(gone);
  expect(go).toHaveBeenCalledTimes(1);
});

it("leaves other errors alone", () => {
  const { go, fail } = watched();
  fail(new Error("no right to see this"));
  lose(new Error("a part"));
  fail(new Error("another error"));
  expect(go).not.toHaveBeenCalled();
});
