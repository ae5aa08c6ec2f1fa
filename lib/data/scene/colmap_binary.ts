import type { Vector3 } from "./camera.ts";
import { CAMERA_MODELS } from "./colmap_lens.ts";
import type { ColmapCamera, ColmapFile, ColmapFiles, ColmapImage, ColmapModel } from "./colmap_model.ts";

/** Reads the binary files of a COLMAP model (little-endian, without alignment). */
export function readBinaryModel({ cameras, images, points }: ColmapFiles): ColmapModel {
  return {
    cameras: new Map(records(cameras, 24, readCamera)),
    images: records(images, 73, readImage),
    points: points.bytes.length === 0 ? new Map() : new Map(records(points, 43, readPoint)),
  };
}

/** Reads a count and as many records; `least` is the fewest bytes of one. */
function records<T>(file: ColmapFile, least: number, read: (bytes: ByteReader, what: string) => T): T[] {
  const bytes = new ByteReader(file);
  const count = bytes.uint64();
  if (count * least > bytes.left) {
    throw new Error(
      `${file.where}: expected ${count} records of at least ${least} bytes, found ${bytes.left} bytes: the file is cut off or damaged.`,
    );
  }
  const found = Array.from({ length: count }, (_, i) => read(bytes, `${file.where}, record ${i}`));
  if (bytes.left > 0) {
    throw new Error(`${file.where}: expected its end after ${count} records, found ${bytes.left} bytes.`);
  }
  return found;
}

function readCamera(bytes: ByteReader, what: string): [number, ColmapCamera] {
  const [number, kind] = [bytes.uint32(), bytes.uint32()];
  const known = CAMERA_MODELS[kind];
  if (known === undefined) {
    throw new Error(`${what}: expected a camera model from 0 to ${CAMERA_MODELS.length - 1}, found ${kind}.`);
  }
  const [width, height] = [bytes.uint64(), bytes.uint64()];
  const parameters = known.parameters.map(() => bytes.float64());
  return [number, { what, model: known.model, width, height, parameters }];
}

function readImage(bytes: ByteReader, what: string): ColmapImage {
  bytes.uint32();
  const numbers = Array.from({ length: 7 }, () => bytes.float64());
  const camera = bytes.uint32();
  const name = bytes.text();
  const points: number[] = [];
  for (let left = bytes.uint64(); left > 0; left--) {
    bytes.skip(16);
    const point = bytes.int64();
    if (point >= 0) points.push(point);
  }
  return { what, name, rotation: numbers.slice(0, 4), translation: numbers.slice(4), camera, points };
}

function readPoint(bytes: ByteReader): [number, Vector3] {
  const number = bytes.uint64();
  const place: Vector3 = [bytes.float64(), bytes.float64(), bytes.float64()];
  bytes.skip(11);
  bytes.skip(8 * bytes.uint64());
  return [number, place];
}

/** Reads numbers one after another. */
class ByteReader {
  readonly #where: string;
  readonly #view: DataView;
  #at = 0;

  constructor({ where, bytes }: ColmapFile) {
    this.#where = where;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The number of bytes that have not been read. */
  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Numbers above 2⁵³ are rounded. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  int64(): number {
    return Number(this.#view.getBigInt64(this.#advance(8), true));
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A text that ends with a byte of 0. */
  text(): string {
    const begin = this.#at;
    while (this.#view.getUint8(this.#advance(1)) !== 0);
    const { buffer, byteOffset } = this.#view;
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + begin, this.#at - begin - 1));
  }

  skip(bytes: number): void {
    this.#advance(bytes);
  }

  #advance(bytes: number): number {
    if (bytes > this.left) {
      throw new Error(
        `${this.#where}: the file is cut off: expected ${bytes} more bytes at byte ${this.#at}, found ${this.left}.`,
      );
    }
    this.#at += bytes;
    return this.#at - bytes;
  }
}
