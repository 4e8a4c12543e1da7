import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AnnotationLoader } from "./annotationLoader";
import type { MapBox, ShapePage } from "./types";

const slide = { width: 10_000, height: 10_000 };
const view: MapBox = { minX: 1000, minY: 1000, maxX: 2000, maxY: 2000 };
const empty: ShapePage = { shapes: [], total: 0 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp(load: (box: MapBox, signal: AbortSignal) => Promise<ShapePage>) {
  const source = { load: vi.fn(load) };
  const events = { start: vi.fn(), page: vi.fn(), error: vi.fn() };
  return { source, events, loader: new AnnotationLoader(source, slide, events) };
}

describe("loading of shapes", () => {
  it("waits until the view rests and asks once, for a little more than is seen", async () => {
    const { source, events, loader } = setUp(() => Promise.resolve(empty));
    for (let step = 0; step < 10; step++) {
      loader.moveTo({ ...view, minX: 1000 - step });
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(source.load).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.load).toHaveBeenCalledOnce();
    expect(source.load.mock.calls[0]?.[0]).toMatchObject({ minY: 600, maxY: 2400 });
    expect(events.page).toHaveBeenCalledOnce();
  });

  it("does not ask again for what is loaded", async () => {
    const { source, loader } = setUp(() => Promise.resolve(empty));
    loader.moveTo(view);
    await vi.advanceTimersByTimeAsync(1000);
    loader.moveTo({ ...view, minX: 1100, maxX: 2100 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.load).toHaveBeenCalledOnce();
    loader.moveTo({ ...view, minX: 1900, maxX: 2900 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.load).toHaveBeenCalledTimes(2);
  });

  it("asks again for a smaller view when the answer was cut short", async () => {
    const { source, loader } = setUp(() => Promise.resolve({ shapes: [], total: 9000 }));
    loader.moveTo(view);
    await vi.advanceTimersByTimeAsync(1000);
    loader.moveTo({ minX: 1200, minY: 1200, maxX: 1300, maxY: 1300 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.load).toHaveBeenCalledTimes(2);
  });

  it("cancels the stale question and drops its answer", async () => {
    const answers: ((page: ShapePage) => void)[] = [];
    const { source, events, loader } = setUp(() => new Promise((resolve) => answers.push(resolve)));
    loader.moveTo(view);
    await vi.advanceTimersByTimeAsync(1000);
    loader.moveTo({ minX: 6000, minY: 6000, maxX: 7000, maxY: 7000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.load.mock.calls[0]?.[1].aborted).toBe(true);
    answers[1]?.({ shapes: [], total: 0 });
    answers[0]?.({ shapes: [], total: 5 });
    await vi.advanceTimersByTimeAsync(0);
    expect(events.page).toHaveBeenCalledExactlyOnceWith(empty);
  });

  it("tells failures, but not cancellations", async () => {
    const { events, loader } = setUp((_, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        setTimeout(() => reject(new Error("broken")), 5000);
      }),
    );
    loader.moveTo(view);
    await vi.advanceTimersByTimeAsync(1000);
    loader.reload();
    await vi.advanceTimersByTimeAsync(100);
    expect(events.error).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(events.error).toHaveBeenCalledOnce();
  });

  it("asks nothing outside the slide", async () => {
    const { source, loader } = setUp(() => Promise.resolve(empty));
    loader.moveTo({ minX: -500, minY: 0, maxX: -400, maxY: 10 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.load).not.toHaveBeenCalled();
  });
});
