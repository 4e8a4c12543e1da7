/** Asks for the shapes in view: not while the view still moves, never for what is loaded, stale questions cancelled. */
import { contains, widenedBox } from "./coordinates";
import type { AnnotationSource, MapBox, ShapePage } from "./types";

/** The view must rest this long, in milliseconds. */
const REST = 180;
/** Part of the view loaded beyond each of its edges, so that short moves need no question. */
const MARGIN = 0.4;

export interface LoaderEvents {
  start(): void;
  page(page: ShapePage): void;
  error(cause: unknown): void;
}

export class AnnotationLoader {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pending: AbortController | null = null;
  private loaded: MapBox | null = null;
  private view: MapBox | null = null;

  constructor(
    private source: AnnotationSource,
    private slide: { width: number; height: number },
    private events: LoaderEvents,
  ) {}

  /** Tells what is in view now. */
  moveTo(view: MapBox): void {
    this.view = view;
    if (this.loaded !== null && contains(this.loaded, this.cut(view, 0) ?? view)) return;
    this.schedule(REST);
  }

  /** Asks again for the same view, at once. */
  reload(): void {
    this.loaded = null;
    this.schedule(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.pending?.abort();
  }

  private cut(view: MapBox, margin: number): MapBox | null {
    return widenedBox(view, margin, this.slide.width, this.slide.height);
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), delay);
  }

  private async load(): Promise<void> {
    const box = this.view === null ? null : this.cut(this.view, MARGIN);
    if (box === null) return;
    this.pending?.abort();
    const controller = new AbortController();
    this.pending = controller;
    this.events.start();
    try {
      const page = await this.source.load(box, controller.signal);
      if (controller.signal.aborted) return;
      // A page that was cut short is asked for again as soon as the view gets smaller.
      this.loaded = page.total > page.shapes.length ? null : box;
      this.events.page(page);
    } catch (cause) {
      if (!controller.signal.aborted) this.events.error(cause);
    }
  }
}
