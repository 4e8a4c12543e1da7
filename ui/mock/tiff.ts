/** Just enough TIFF to hand out the JPEG tiles of a tiled slide and its thumbnail, for the mock server only. */
import { readFileSync } from "node:fs";

type Directory = Map<number, { values: number[]; offset: number; count: number }>;

const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 7: 1 };
/** Tells decoders that the three components are red, green, blue and not YCbCr. */
const ADOBE_RGB = Buffer.from("ffee000e41646f626500640000000000", "hex");

export class Tiff {
  private readonly data: Buffer;
  private readonly directories: Directory[] = [];

  constructor(path: string) {
    this.data = readFileSync(path);
    for (let at = this.data.readUInt32LE(4); at !== 0; ) {
      const count = this.data.readUInt16LE(at);
      this.directories.push(this.directory(at, count));
      at = this.data.readUInt32LE(at + 2 + 12 * count);
    }
  }

  private directory(at: number, count: number): Directory {
    const entries: Directory = new Map();
    for (let index = 0; index < count; index++) {
      const entry = at + 2 + 12 * index;
      const size = SIZES[this.data.readUInt16LE(entry + 2)] ?? 1;
      const length = this.data.readUInt32LE(entry + 4);
      const offset = size * length > 4 ? this.data.readUInt32LE(entry + 8) : entry + 8;
      const values =
        size === 1
          ? []
          : Array.from({ length }, (_, i) =>
              size === 2 ? this.data.readUInt16LE(offset + 2 * i) : this.data.readUInt32LE(offset + 4 * i),
            );
      entries.set(this.data.readUInt16LE(entry), { values, offset, count: length });
    }
    return entries;
  }

  private value(directory: Directory, tag: number): number {
    return directory.get(tag)?.values[0] ?? 0;
  }

  private jpeg(directory: Directory, offset: number, length: number): Buffer {
    const tables = directory.get(347);
    const prefix =
      tables === undefined
        ? Buffer.from("ffd8", "hex")
        : this.data.subarray(tables.offset, tables.offset + tables.count - 2);
    const rgb = this.value(directory, 262) === 2 ? ADOBE_RGB : Buffer.alloc(0);
    return Buffer.concat([prefix, rgb, this.data.subarray(offset + 2, offset + length)]);
  }

  get level() {
    const [first] = this.directories;
    if (first === undefined) throw new Error("the slide has no directory");
    return {
      width: this.value(first, 256),
      height: this.value(first, 257),
      tileWidth: this.value(first, 322),
      tileHeight: this.value(first, 323),
    };
  }

  tile(column: number, row: number): Buffer {
    const [first] = this.directories as [Directory];
    const index = row * Math.ceil(this.level.width / this.level.tileWidth) + column;
    return this.jpeg(first, first.get(324)?.values[index] ?? 0, first.get(325)?.values[index] ?? 0);
  }

  /** The second directory, made of strips, as an SVG picture of JPEG strips. */
  thumbnail(): string {
    const thumb = this.directories[1] as Directory;
    const [width, height, rows] = [256, 257, 278].map((tag) => this.value(thumb, tag)) as [number, number, number];
    const strips = (thumb.get(273)?.values ?? []).map((offset, index) => {
      const jpeg = this.jpeg(thumb, offset, thumb.get(279)?.values[index] ?? 0).toString("base64");
      return `<image y="${index * rows}" width="${width}" height="${rows}" href="data:image/jpeg;base64,${jpeg}"/>`;
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${strips.join("")}</svg>`;
  }
}
