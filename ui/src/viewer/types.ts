/**
 * What the viewer needs to know and what it tells, free of OpenLayers, Vue and HTTP.
 *
 * Two coordinate systems meet here. *Slide* coordinates count level 0 pixels from the top left corner, y down (what
 * people read, and what addresses hold). *Map* coordinates count them from the bottom left corner, y up, as the
 * server's WKT does, so that annotations need no conversion. `coordinates.ts` converts between the two.
 */

export interface SlideTier {
  /** 0 is the full resolution. */
  level: number;
  /** Pixels of this level. */
  width: number;
  height: number;
  tileWidth: number;
  tileHeight: number;
  /** Level 0 pixels per pixel of this level, exact. */
  downsample: number;
}

/** Where the pixels come from. */
export interface SlideSource {
  width: number;
  height: number;
  /** Micrometres per level 0 pixel; null when the slide is not calibrated. */
  pixelSize: number | null;
  /** Power of the objective that level 0 stands for; null when unknown. */
  magnification: number | null;
  /** Any order. */
  tiers: SlideTier[];
  /** A small picture of the whole slide, shown until tiles arrive. */
  previewUrl: string;
  tileUrl(level: number, column: number, row: number): string;
}

/** Box in map coordinates. */
export interface MapBox {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

export interface Shape {
  id: number;
  user: number;
  terms: number[];
  /** Map coordinates. */
  wkt: string;
  /** Orders shapes: the small ones lie on top. */
  area: number;
}

export interface ShapePage {
  shapes: Shape[];
  /** Number of shapes in the box; more than `shapes.length` when the server was asked for less. */
  total: number;
}

/** Where the shapes come from. */
export interface AnnotationSource {
  load(box: MapBox, signal: AbortSignal): Promise<ShapePage>;
}

export interface ShapeAppearance {
  /** `#rrggbb` */
  color: string;
  /** 0 to 1, of the filling. */
  opacity: number;
  visible: boolean;
}

export type DrawingTool = "point" | "rectangle" | "polygon" | "freehand";
export type Tool = "select" | "modify" | DrawingTool;

export interface ViewState {
  /** Centre in slide coordinates. */
  x: number;
  y: number;
  /** Powers of two relative to the full resolution: 0 native, -1 half size, 1 doubled. */
  zoom: number;
  /** Degrees clockwise, 0 to 360. */
  rotation: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface SlideViewerEvents {
  /** The view came to rest. `corners` are those of the window in slide coordinates, clockwise from the top left. */
  view(state: ViewState, corners: Point[]): void;
  /** Position of the pointer in slide coordinates; null outside the slide. */
  pointer(position: Point | null): void;
  select(id: number | null): void;
  /** A shape was drawn. It is not kept: the owner stores it and asks for a reload. */
  draw(wkt: string): void;
  /** A shape was changed; when the promise fails the former shape comes back. */
  modify(id: number, wkt: string): Promise<void>;
  /** Start and end of loading shapes; `total` is what the box in view holds. */
  shapes(state: { loading: boolean; shown: number; total: number }): void;
  error(cause: unknown): void;
  /** A tile could not be loaded; the place stays blurred or empty. */
  tileError(): void;
}
