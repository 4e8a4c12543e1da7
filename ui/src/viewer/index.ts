/** The viewer's public face. */
export { readView, writeView } from "./addressState";
export { boxText } from "./coordinates";
export { isDrawingTool } from "./drawing";
export { scaleBar, viewMagnification } from "./scaleBar";
export { SlideViewer } from "./slideViewer";
export type {
  AnnotationSource,
  DrawingTool,
  MapBox,
  Point,
  Shape,
  ShapeAppearance,
  ShapePage,
  SlideSource,
  SlideViewerEvents,
  Tool,
  ViewState,
} from "./types";
