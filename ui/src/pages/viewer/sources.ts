/** Connects the viewer module, which knows no server, with the server's slides and annotations. */
import { type ListedAnnotation, searchAnnotations } from "@/api/annotation";
import { type ImageInstance, imageThumbUrl } from "@/api/image";
import { type Pyramid, type SliceInstance, tileUrl } from "@/api/slice";
import type { Id } from "@/api/types";
import { type AnnotationSource, boxText, type Shape, type SlideSource } from "@/viewer";

/** As many shapes as a canvas draws smoothly. */
export const MOST_SHAPES = 5000;

export function slideSource(image: ImageInstance, slice: SliceInstance, pyramid: Pyramid): SlideSource {
  return {
    width: image.width,
    height: image.height,
    pixelSize: image.physicalSizeX || null,
    magnification: image.magnification || null,
    tiers: pyramid.tiers.map((tier) => ({
      level: tier.level,
      width: tier.width,
      height: tier.height,
      tileWidth: tier.tile_width,
      tileHeight: tier.tile_height,
      downsample: tier.downsample,
    })),
    previewUrl: imageThumbUrl(image.id, 512),
    tileUrl: (level, column, row) => tileUrl(slice.id, pyramid.version, level, column, row),
  };
}

export function toShape(annotation: ListedAnnotation): Shape {
  return {
    id: annotation.id,
    user: annotation.user,
    terms: annotation.term,
    wkt: annotation.location,
    area: annotation.area,
  };
}

export function annotationSource(slice: Id, visibleUsers: () => readonly Id[]): AnnotationSource {
  return {
    async load(box, signal) {
      const users = visibleUsers();
      if (users.length === 0) return { shapes: [], total: 0 };
      const page = await searchAnnotations({ slice, users: [...users], bbox: boxText(box), max: MOST_SHAPES }, signal);
      return { shapes: page.shapes.map(toShape), total: page.size };
    },
  };
}
