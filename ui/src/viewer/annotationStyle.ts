/** How shapes look: filled in the colour of their term, outlined so that they stand out on any stain. */
import MultiPoint from "ol/geom/MultiPoint";
import type Geometry from "ol/geom/Geometry";
import Polygon from "ol/geom/Polygon";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { ShapeAppearance } from "./types";

const SELECTED = "#0a84ff";
const HALO = "rgba(255, 255, 255, 0.95)";
const CASING = "rgba(10, 12, 20, 0.55)";

/** `#rrggbb` with an opacity; white when the colour cannot be read. */
export function withOpacity(color: string, opacity: number): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  const channels = match === null ? [255, 255, 255] : match.slice(1).map((hex) => Number.parseInt(hex, 16));
  return `rgba(${channels.join(", ")}, ${opacity})`;
}

function disc(radius: number, fill: string, stroke: string, width: number): CircleStyle {
  return new CircleStyle({ radius, fill: new Fill({ color: fill }), stroke: new Stroke({ color: stroke, width }) });
}

/** One thin line: thousands of small shapes are read by their filling, and drawn in half the time. */
function smallStyle(color: string, opacity: number): Style[] {
  return [
    new Style({
      fill: new Fill({ color: withOpacity(color, opacity) }),
      stroke: new Stroke({ color: withOpacity(color, Math.min(1, opacity + 0.4)), width: 1 }),
    }),
  ];
}

const cache = new Map<string, Style[]>();

/** Styles are shared by all shapes that look alike; OpenLayers compares them by identity. */
export function shapeStyle({ color, opacity }: ShapeAppearance, small: boolean): Style[] {
  const key = `${color} ${opacity} ${small}`;
  let styles = cache.get(key);
  if (styles === undefined) {
    styles = small ? smallStyle(color, opacity) : [
      new Style({
        fill: new Fill({ color: withOpacity(color, opacity * 0.7) }),
        stroke: new Stroke({ color: CASING, width: 4 }),
        image: disc(6, withOpacity(color, Math.min(1, opacity + 0.4)), CASING, 2),
      }),
      new Style({ stroke: new Stroke({ color: withOpacity(color, Math.min(1, opacity + 0.5)), width: 2 }) }),
    ];
    cache.set(key, styles);
  }
  return styles;
}

const vertices = new Style({
  image: disc(4.5, "#ffffff", SELECTED, 2),
  geometry: (feature) => {
    const geometry = feature.getGeometry();
    return geometry instanceof Polygon ? new MultiPoint(geometry.getCoordinates().flat()) : (geometry as Geometry);
  },
  zIndex: 12,
});

export function selectedStyle({ color, opacity }: ShapeAppearance, showVertices: boolean): Style[] {
  return [
    new Style({
      fill: new Fill({ color: withOpacity(color, opacity * 0.5) }),
      stroke: new Stroke({ color: HALO, width: 6 }),
      image: disc(8, withOpacity(color, 1), HALO, 5),
      zIndex: 10,
    }),
    new Style({ stroke: new Stroke({ color: SELECTED, width: 3 }), image: disc(8, "transparent", SELECTED, 2), zIndex: 11 }),
    ...(showVertices ? [vertices] : []),
  ];
}

/** The shape being drawn, in the colour it will have. */
export function sketchStyle(color: string): Style[] {
  return [
    new Style({
      fill: new Fill({ color: withOpacity(color, 0.25) }),
      stroke: new Stroke({ color: HALO, width: 5 }),
    }),
    new Style({ stroke: new Stroke({ color, width: 2.5 }), image: disc(5.5, color, "#ffffff", 2) }),
  ];
}
