/** The shapes in view as an OpenLayers layer: kept in step with the server's answers, found under the pointer. */
import Feature from "ol/Feature";
import WKT from "ol/format/WKT";
import type Geometry from "ol/geom/Geometry";
import VectorLayer from "ol/layer/Vector";
import type Map from "ol/Map";
import type { Pixel } from "ol/pixel";
import VectorSource from "ol/source/Vector";
import { selectedStyle, shapeStyle } from "./annotationStyle";
import type { Shape, ShapeAppearance } from "./types";

/** Hundredths of a pixel are beyond what a pointer can mean, and keep texts short. */
const DECIMALS = 2;

/** Screen pixels. */
const SMALL = 18;

const format = new WKT();

export function writeWkt(geometry: Geometry): string {
  return format.writeGeometry(geometry, { decimals: DECIMALS });
}

export class AnnotationLayer {
  readonly source = new VectorSource<Feature<Geometry>>({ wrapX: false });
  readonly layer: VectorLayer<VectorSource<Feature<Geometry>>>;
  private selected: number | null = null;
  private showVertices = false;
  /** The shape under edit, which answers of the server must not move. */
  private locked: number | null = null;

  constructor(private appearance: (shape: Shape) => ShapeAppearance) {
    this.layer = new VectorLayer({
      source: this.source,
      style: (feature, resolution) => this.styleOf(feature as Feature<Geometry>, resolution),
      // The small shapes last, so that they stay visible and clickable inside big ones.
      renderOrder: (a, b) => shapeOf(b as Feature<Geometry>).area - shapeOf(a as Feature<Geometry>).area,
      // While the view moves, what was prepared is only moved along; this much beyond the window is prepared.
      renderBuffer: 256,
    });
  }

  private styleOf(feature: Feature<Geometry>, resolution: number) {
    const shape = shapeOf(feature);
    const appearance = this.appearance(shape);
    if (shape.id === this.selected) return selectedStyle(appearance, this.showVertices);
    return appearance.visible ? shapeStyle(appearance, isSmall(feature, resolution)) : [];
  }

  /** Makes the layer hold exactly these shapes, touching only what differs. */
  replace(shapes: readonly Shape[]): void {
    const wanted = new globalThis.Map(shapes.map((shape) => [shape.id, shape]));
    const gone: Feature<Geometry>[] = [];
    for (const feature of this.source.getFeatures()) {
      const before = shapeOf(feature);
      const after = wanted.get(before.id);
      if (after === undefined) {
        if (before.id !== this.locked) gone.push(feature);
        continue;
      }
      wanted.delete(before.id);
      if (before.id === this.locked) continue;
      if (before.wkt !== after.wkt) feature.setGeometry(format.readGeometry(after.wkt) as Geometry);
      feature.set("shape", after, false);
    }
    this.source.removeFeatures(gone);
    this.source.addFeatures([...wanted.values()].map(featureOf));
  }

  /** Adds or replaces one shape. */
  put(shape: Shape): void {
    this.remove(shape.id);
    this.source.addFeature(featureOf(shape));
  }

  remove(id: number): void {
    const feature = this.source.getFeatureById(id) as Feature<Geometry> | null;
    if (feature !== null) this.source.removeFeature(feature);
  }

  feature(id: number): Feature<Geometry> | null {
    return this.source.getFeatureById(id) as Feature<Geometry> | null;
  }

  get size(): number {
    return this.source.getFeatures().length;
  }

  setSelected(id: number | null, showVertices: boolean): void {
    this.selected = id;
    this.showVertices = showVertices;
    this.restyle();
  }

  setLocked(id: number | null): void {
    this.locked = id;
  }

  restyle(): void {
    this.layer.changed();
  }

  /** Ids of the visible shapes at a pixel of the map, the smallest first. */
  at(map: Map, pixel: Pixel): number[] {
    const found: Shape[] = [];
    map.forEachFeatureAtPixel(
      pixel,
      (feature) => {
        found.push(shapeOf(feature as Feature<Geometry>));
      },
      { layerFilter: (layer) => layer === this.layer, hitTolerance: 5 },
    );
    return [...new Set(found.sort((a, b) => a.area - b.area).map((shape) => shape.id))];
  }
}

export function shapeOf(feature: Feature<Geometry>): Shape {
  return feature.get("shape") as Shape;
}

/** Whether a full outline would cover the shape at this resolution. */
function isSmall(feature: Feature<Geometry>, resolution: number): boolean {
  const geometry = feature.getGeometry();
  if (geometry === undefined || geometry.getType() === "Point") return false;
  const [minX = 0, minY = 0, maxX = 0, maxY = 0] = geometry.getExtent();
  return Math.max(maxX - minX, maxY - minY) < SMALL * resolution;
}

function featureOf(shape: Shape): Feature<Geometry> {
  const feature = new Feature<Geometry>({ geometry: format.readGeometry(shape.wkt) as Geometry, shape });
  feature.setId(shape.id);
  return feature;
}

/** The shape to select by a click: the smallest, or the next larger one when the same place is clicked again. */
export function nextUnderPointer(found: readonly number[], selected: number | null): number | null {
  if (found.length === 0) return null;
  const current = selected === null ? -1 : found.indexOf(selected);
  return found[(current + 1) % found.length] ?? null;
}
