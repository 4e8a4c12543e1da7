/** Conversions between slide and map coordinates (see types.ts), and boxes. */
import type { MapBox, Point } from "./types";

/** Slide y from map y and the reverse: the same reflection. */
export function flipY(y: number, slideHeight: number): number {
  return slideHeight - y;
}

export function toMap(point: Point, slideHeight: number): [number, number] {
  return [point.x, flipY(point.y, slideHeight)];
}

export function toSlide(coordinate: readonly number[], slideHeight: number): Point {
  return { x: coordinate[0] ?? 0, y: flipY(coordinate[1] ?? 0, slideHeight) };
}

/** `minx,miny,maxx,maxy` rounded outwards, as the annotation search wants it. */
export function boxText(box: MapBox): string {
  return [Math.floor(box.minX), Math.floor(box.minY), Math.ceil(box.maxX), Math.ceil(box.maxY)].join(",");
}

/** The box widened by `margin` times its size on each side, cut at the slide; null when it lies outside. */
export function widenedBox(box: MapBox, margin: number, width: number, height: number): MapBox | null {
  const dx = (box.maxX - box.minX) * margin;
  const dy = (box.maxY - box.minY) * margin;
  const cut = {
    minX: Math.max(0, box.minX - dx),
    minY: Math.max(0, box.minY - dy),
    maxX: Math.min(width, box.maxX + dx),
    maxY: Math.min(height, box.maxY + dy),
  };
  return cut.minX < cut.maxX && cut.minY < cut.maxY ? cut : null;
}

export function contains(outer: MapBox, inner: MapBox): boolean {
  return (
    outer.minX <= inner.minX && outer.minY <= inner.minY && outer.maxX >= inner.maxX && outer.maxY >= inner.maxY
  );
}

/** Level 0 pixels per screen pixel. */
export function zoomToResolution(zoom: number): number {
  return 2 ** -zoom;
}

export function resolutionToZoom(resolution: number): number {
  return -Math.log2(resolution);
}

export function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** Degrees in [0, 360). */
export function toDegrees(radians: number): number {
  const degrees = ((radians * 180) / Math.PI) % 360;
  return degrees < 0 ? degrees + 360 : degrees;
}
