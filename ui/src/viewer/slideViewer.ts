/**
 * The slide viewer: tiles, shapes, tools. Owns an OpenLayers map inside one element; the rest of the application
 * speaks to it through this class and the events of types.ts, and never to OpenLayers.
 */
import { defaults as defaultInteractions } from "ol/interaction/defaults";
import { createEmpty, extend, getCenter } from "ol/extent";
import Map from "ol/Map";
import Projection from "ol/proj/Projection";
import View from "ol/View";
import { AnnotationLayer, nextUnderPointer } from "./annotationLayer";
import { AnnotationLoader } from "./annotationLoader";
import { resolutionToZoom, toDegrees, toMap, toRadians, toSlide, zoomToResolution } from "./coordinates";
import { makePreviewLayer, makeTileLayer } from "./tileLayer";
import { ToolBox } from "./toolBox";
import type {
  AnnotationSource,
  Shape,
  ShapeAppearance,
  SlideSource,
  SlideViewerEvents,
  Tool,
  ViewState,
} from "./types";

/** Four doublings beyond the stored pixels. */
const MAX_ZOOM = 4;
const ANIMATION = 180;
/** Part of a window that one step of panning moves by. */
const PAN_STEP = 0.2;

export interface SlideViewerOptions {
  target: HTMLElement;
  slide: SlideSource;
  annotations: AnnotationSource;
  appearance: (shape: Shape) => ShapeAppearance;
  events: SlideViewerEvents;
  /** Where to start; the whole slide when absent. */
  view: ViewState | null;
}

export class SlideViewer {
  private readonly map: Map;
  private readonly view: View;
  private readonly slide: SlideSource;
  private readonly events: SlideViewerEvents;
  private readonly shapes: AnnotationLayer;
  private readonly loader: AnnotationLoader;
  private readonly tools: ToolBox;
  private selected: number | null = null;
  private readonly reduceMotion = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;

  constructor({ target, slide, annotations, appearance, events, view }: SlideViewerOptions) {
    this.slide = slide;
    this.events = events;
    const extent = [0, 0, slide.width, slide.height];
    const projection = new Projection({ code: "slide", units: "pixels", extent });
    this.view = new View({
      projection,
      extent,
      constrainOnlyCenter: true,
      smoothExtentConstraint: false,
      center: getCenter(extent),
      minResolution: zoomToResolution(MAX_ZOOM),
      maxResolution: Math.max(slide.width, slide.height) / 128,
      resolution: Math.max(slide.width, slide.height) / 1024,
      showFullExtent: true,
    });
    this.shapes = new AnnotationLayer(appearance);
    this.map = new Map({
      target,
      view: this.view,
      controls: [],
      layers: [
        makePreviewLayer(slide, projection),
        makeTileLayer(slide, projection, () => events.tileError()),
        this.shapes.layer,
      ],
      // Keys are handled by the page, where they can be listed and explained.
      interactions: defaultInteractions({ keyboard: false, zoomDuration: this.duration(ANIMATION) }),
      maxTilesLoading: 24,
    });
    this.loader = new AnnotationLoader(annotations, slide, {
      start: () => this.tellShapes(true, this.shapes.size),
      page: ({ shapes, total }) => {
        this.shapes.replace(shapes);
        this.tellShapes(false, total);
      },
      error: (cause) => {
        this.tellShapes(false, this.shapes.size);
        events.error(cause);
      },
    });
    this.tools = new ToolBox(this.map, this.shapes, {
      click: (pixel) => this.selectAt(pixel),
      draw: (wkt) => events.draw(wkt),
      modify: (id, wkt) => events.modify(id, wkt),
    });
    this.map.on("moveend", () => this.tellView());
    this.map.on("pointermove", (event) => {
      const point = toSlide(event.coordinate, slide.height);
      const inside = point.x >= 0 && point.y >= 0 && point.x < slide.width && point.y < slide.height;
      events.pointer(inside ? point : null);
    });
    if (view === null) this.fit(false);
    else this.goTo(view);
  }

  private duration(milliseconds: number): number {
    return this.reduceMotion ? 0 : milliseconds;
  }

  private tellShapes(loading: boolean, total: number): void {
    this.events.shapes({ loading, shown: this.shapes.size, total });
  }

  private tellView(): void {
    const size = this.map.getSize();
    if (size === undefined || size[0] === 0 || size[1] === 0) return;
    const [width = 0, height = 0] = size;
    const corners = [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ].map((pixel) => toSlide(this.map.getCoordinateFromPixel(pixel) ?? [0, 0], this.slide.height));
    this.events.view(this.state(), corners);
    const [minX = 0, minY = 0, maxX = 0, maxY = 0] = this.view.calculateExtent(size);
    this.loader.moveTo({ minX, minY, maxX, maxY });
  }

  state(): ViewState {
    const center = toSlide(this.view.getCenter() ?? [0, 0], this.slide.height);
    return {
      ...center,
      zoom: resolutionToZoom(this.view.getResolution() ?? 1),
      rotation: toDegrees(this.view.getRotation()),
    };
  }

  goTo(state: ViewState): void {
    this.view.setRotation(toRadians(state.rotation));
    this.view.setResolution(zoomToResolution(state.zoom));
    this.view.setCenter(toMap(state, this.slide.height));
  }

  /** Moves the centre to a place in slide coordinates. */
  centerOn(x: number, y: number): void {
    this.view.animate({ center: toMap({ x, y }, this.slide.height), duration: this.duration(ANIMATION) });
  }

  /** Shows the whole slide. */
  fit(animated = true): void {
    this.view.fit([0, 0, this.slide.width, this.slide.height], {
      padding: [32, 32, 32, 32],
      duration: animated ? this.duration(ANIMATION * 2) : 0,
    });
  }

  /** Shows a shape with its surroundings. */
  fitShape(shape: Shape): void {
    if (this.shapes.feature(shape.id) === null) this.shapes.put(shape);
    const geometry = this.shapes.feature(shape.id)?.getGeometry();
    if (geometry === undefined) return;
    const extent = extend(createEmpty(), geometry.getExtent());
    this.view.fit(extent, {
      padding: [140, 140, 140, 140],
      minResolution: zoomToResolution(0),
      duration: this.duration(ANIMATION * 2),
    });
  }

  /** Zooms by powers of two around the centre. */
  zoomBy(steps: number): void {
    this.view.animate({
      resolution: this.view.getConstrainedResolution((this.view.getResolution() ?? 1) / 2 ** steps) ?? 1,
      duration: this.duration(ANIMATION),
    });
  }

  /** One stored pixel per screen pixel. */
  zoomToNative(): void {
    this.view.animate({ resolution: zoomToResolution(0), duration: this.duration(ANIMATION * 2) });
  }

  /** Moves the window; 1 is one step to the right or down as seen on the screen. */
  panBy(right: number, down: number): void {
    const size = this.map.getSize() ?? [0, 0];
    const pixel = [
      (size[0] ?? 0) * (0.5 + right * PAN_STEP),
      (size[1] ?? 0) * (0.5 + down * PAN_STEP),
    ];
    this.view.animate({ center: this.map.getCoordinateFromPixel(pixel), duration: this.duration(ANIMATION) });
  }

  /** Turns the slide; degrees clockwise. */
  rotateTo(degrees: number): void {
    this.view.animate({ rotation: toRadians(degrees), duration: this.duration(ANIMATION) });
  }

  setTool(tool: Tool, color: string): void {
    this.tools.use(tool, color);
    this.shapes.setSelected(this.selected, tool === "modify");
  }

  /** Takes back the last corner of the shape being drawn. */
  removeLastPoint(): void {
    this.tools.removeLastPoint();
  }

  /** @returns false when nothing was being drawn. */
  abortDrawing(): boolean {
    return this.tools.abort();
  }

  finishDrawing(): void {
    this.tools.finish();
  }

  /** Puts a corner of the shape being drawn into the middle of the window: drawing without a pointer. */
  drawAtCenter(): void {
    this.tools.drawAt(this.view.getCenter() ?? [0, 0]);
  }

  select(id: number | null): void {
    if (id === this.selected) return;
    this.selected = id;
    this.tools.select(id);
    this.shapes.setSelected(id, this.tools.current === "modify");
    this.events.select(id);
  }

  private selectAt(pixel: number[]): void {
    const found = this.shapes.at(this.map, pixel);
    // A click on the shape under edit means one of its corners, not what lies beneath.
    const editing = this.tools.current === "modify" && this.selected !== null && found.includes(this.selected);
    if (!editing) this.select(nextUnderPointer(found, this.selected));
  }

  put(shape: Shape): void {
    this.shapes.put(shape);
    this.tools.select(this.selected);
  }

  remove(id: number): void {
    if (this.selected === id) this.select(null);
    this.shapes.remove(id);
  }

  /** Draws shapes anew after terms, layers or opacities changed. */
  restyle(): void {
    this.shapes.restyle();
  }

  reloadShapes(): void {
    this.loader.reload();
  }

  dispose(): void {
    this.loader.dispose();
    this.map.setTarget(undefined);
    this.map.dispose();
  }
}
