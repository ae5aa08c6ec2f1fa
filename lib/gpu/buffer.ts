import type { Gpu } from "./device.ts";
import { MIRROR_WIDTH } from "./kernel_source.ts";

/** A part of a buffer. Offset and size in bytes; the offset is a multiple of 256. */
export interface BufferSlice {
  /** The buffer. */
  readonly buffer: DeviceBuffer;
  /** In bytes. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
}

/** What kernels can be given: a whole buffer or a part of one. */
export type BufferLike = DeviceBuffer | BufferSlice;

interface Mirror {
  readonly texture: GPUTexture;
  readonly view: GPUTextureView;
  version: number;
}

let nextId = 0;

/** A buffer on the device with an owner: `dispose` frees it, its mirrors and the bind groups that name it. */
export class DeviceBuffer implements Disposable {
  /** Unique in this process. */
  readonly id: number = nextId++;
  /** Grows with every write, so that mirrors know when they are stale. */
  version = 0;
  readonly #gpu: Gpu;
  readonly #mirrors = new Map<string, Mirror>();
  #handle: GPUBuffer | undefined;

  /** Use {@linkcode Gpu.buffer}. */
  constructor(gpu: Gpu, readonly label: string, readonly size: number, handle: GPUBuffer) {
    this.#gpu = gpu;
    this.#handle = handle;
  }

  /** The underlying buffer. Throws after `dispose`. */
  get handle(): GPUBuffer {
    if (this.#handle === undefined) throw new Error(`${this.label}: used after it was disposed.`);
    return this.#handle;
  }

  /** `size` bytes from `offset` (a multiple of 256). */
  slice(offset: number, size: number): BufferSlice {
    if (offset % 256 !== 0 || offset < 0 || size < 0 || offset + size > this.size) {
      throw new Error(`${this.label}: no slice of ${size} bytes at ${offset} in a buffer of ${this.size} bytes.`);
    }
    return { buffer: this, offset, size };
  }

  /** Bytes on the device, mirrors included. */
  get bytes(): number {
    let sum = this.size;
    for (const { texture } of this.#mirrors.values()) sum += texture.width * texture.height * 16;
    return sum;
  }

  /**
   * A texture with the same numbers (see {@linkcode MIRROR_WIDTH}). When it is stale, `copy` records the refresh.
   */
  mirror(
    offset: number,
    size: number,
    copy: (from: GPUTexelCopyBufferInfo, to: GPUTexture, texels: number) => void,
  ): GPUTextureView {
    const key = `${offset}:${size}`;
    let mirror = this.#mirrors.get(key);
    const texels = size / 16;
    if (mirror === undefined) {
      const texture = this.#gpu.device.createTexture({
        label: `${this.label} (mirror)`,
        format: "rgba32float",
        size: [Math.min(texels, MIRROR_WIDTH), Math.ceil(texels / MIRROR_WIDTH)],
        usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
      });
      mirror = { texture, view: texture.createView(), version: -1 };
      this.#mirrors.set(key, mirror);
    }
    if (mirror.version !== this.version) {
      copy({ buffer: this.handle, offset }, mirror.texture, texels);
      mirror.version = this.version;
    }
    return mirror.view;
  }

  /** Frees the device memory; harmless when repeated. */
  [Symbol.dispose](): void {
    if (this.#handle === undefined) return;
    this.#gpu.forget(this);
    this.#handle.destroy();
    this.#handle = undefined;
    for (const mirror of this.#mirrors.values()) mirror.texture.destroy();
    this.#mirrors.clear();
  }
}

/** The whole of a buffer, or the part itself. */
export function asSlice(buffer: BufferLike): BufferSlice {
  return buffer instanceof DeviceBuffer ? { buffer, offset: 0, size: buffer.size } : buffer;
}
