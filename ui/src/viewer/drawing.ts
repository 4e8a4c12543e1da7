/** One OpenLayers drawing interaction per tool. */
import type { Coordinate } from "ol/coordinate";
import { never, primaryAction } from "ol/events/condition";
import Polygon from "ol/geom/Polygon";
import type SimpleGeometry from "ol/geom/SimpleGeometry";
import Draw from "ol/interaction/Draw";
import type Map from "ol/Map";
import { sketchStyle } from "./annotationStyle";
import type { DrawingTool } from "./types";

export function isDrawingTool(tool: string): tool is DrawingTool {
  return ["point", "rectangle", "polygon", "freehand"].includes(tool);
}

/** Rectangle with sides parallel to the window, however the slide is turned. */
function screenRectangle(map: Map) {
  return (coordinates: unknown, geometry?: SimpleGeometry): SimpleGeometry => {
    const [from, to] = coordinates as [Coordinate, Coordinate];
    const [x0 = 0, y0 = 0] = map.getPixelFromCoordinate(from);
    const [x1 = 0, y1 = 0] = map.getPixelFromCoordinate(to);
    const ring = [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
      [x0, y0],
    ].map((pixel) => map.getCoordinateFromPixel(pixel));
    if (geometry === undefined) return new Polygon([ring]);
    (geometry as Polygon).setCoordinates([ring]);
    return geometry;
  };
}

export function makeDraw(map: Map, tool: DrawingTool, color: string): Draw {
  const common = { style: sketchStyle(color), condition: primaryAction, freehandCondition: never, stopClick: true };
  switch (tool) {
    case "point":
      return new Draw({ ...common, type: "Point" });
    case "rectangle":
      return new Draw({ ...common, type: "Circle", geometryFunction: screenRectangle(map) as never });
    case "polygon":
      return new Draw({ ...common, type: "Polygon" });
    case "freehand":
      return new Draw({ ...common, type: "Polygon", freehand: true });
  }
}
