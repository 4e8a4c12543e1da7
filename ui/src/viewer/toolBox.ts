/** The tools on the map: exactly one is in use, and each ends what the one before it had begun. */
import Collection from "ol/Collection";
import type { Coordinate } from "ol/coordinate";
import { platformModifierKeyOnly, singleClick } from "ol/events/condition";
import type Feature from "ol/Feature";
import type Geometry from "ol/geom/Geometry";
import Point from "ol/geom/Point";
import type Draw from "ol/interaction/Draw";
import Modify from "ol/interaction/Modify";
import type Map from "ol/Map";
import type { Pixel } from "ol/pixel";
import { type AnnotationLayer, writeWkt } from "./annotationLayer";
import { sketchStyle } from "./annotationStyle";
import { isDrawingTool, makeDraw } from "./drawing";
import type { Tool } from "./types";

export interface ToolEvents {
  click(pixel: Pixel): void;
  draw(wkt: string): void;
  modify(id: number, wkt: string): Promise<void>;
}

export class ToolBox {
  current: Tool = "select";
  private draw: Draw | null = null;
  private drawing = false;
  private selected: number | null = null;
  private readonly editable = new Collection<Feature<Geometry>>();
  private readonly modify: Modify;

  constructor(
    private map: Map,
    private shapes: AnnotationLayer,
    private events: ToolEvents,
  ) {
    // Not `singleclick`, which waits for a second click before it answers.
    map.on("click", (event) => {
      if (!isDrawingTool(this.current) && !platformModifierKeyOnly(event)) events.click(event.pixel);
    });
    map.on("pointermove", (event) => {
      if (event.dragging) return;
      const pointing = !isDrawingTool(this.current) && shapes.at(map, event.pixel).length > 0;
      map.getTargetElement()?.classList.toggle("is-pointing", pointing);
    });
    this.modify = new Modify({
      features: this.editable,
      pixelTolerance: 12,
      deleteCondition: (event) => platformModifierKeyOnly(event) && singleClick(event),
      style: sketchStyle("#0a84ff"),
    });
    this.modify.setActive(false);
    map.addInteraction(this.modify);
    this.watchModify();
  }

  private watchModify(): void {
    let before: Geometry | undefined;
    this.modify.on("modifystart", () => {
      before = this.editable.item(0)?.getGeometry()?.clone();
      this.shapes.setLocked(this.selected);
    });
    this.modify.on("modifyend", () => {
      const feature = this.editable.item(0);
      const geometry = feature?.getGeometry();
      const id = this.selected;
      if (feature === undefined || geometry === undefined || id === null) return;
      const former = before;
      this.events
        .modify(id, writeWkt(geometry))
        .catch(() => feature.setGeometry(former))
        .finally(() => this.shapes.setLocked(null));
    });
  }

  use(tool: Tool, color: string): void {
    this.abort();
    if (this.draw !== null) this.map.removeInteraction(this.draw);
    this.draw = null;
    this.current = tool;
    if (isDrawingTool(tool)) {
      const draw = makeDraw(this.map, tool, color);
      draw.on("drawstart", () => (this.drawing = true));
      draw.on("drawabort", () => (this.drawing = false));
      draw.on("drawend", (event) => {
        this.drawing = false;
        const geometry = event.feature.getGeometry();
        if (geometry !== undefined) this.events.draw(writeWkt(geometry));
      });
      this.map.addInteraction(draw);
      this.draw = draw;
    }
    this.modify.setActive(tool === "modify");
    this.map.getTargetElement()?.classList.toggle("is-drawing", isDrawingTool(tool));
  }

  select(id: number | null): void {
    this.selected = id;
    this.editable.clear();
    const feature = id === null ? null : this.shapes.feature(id);
    if (feature !== null) this.editable.push(feature);
  }

  removeLastPoint(): void {
    if (this.drawing) this.draw?.removeLastPoint();
  }

  abort(): boolean {
    const wasDrawing = this.drawing;
    this.draw?.abortDrawing();
    return wasDrawing;
  }

  finish(): void {
    if (this.drawing) this.draw?.finishDrawing();
  }

  /** Without a pointer: a point at once, the next corner of a polygon. */
  drawAt(coordinate: Coordinate): void {
    if (this.current === "point") this.events.draw(writeWkt(new Point(coordinate)));
    else if (this.current === "polygon") this.draw?.appendCoordinates([coordinate]);
  }
}
