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
  /** The part of the buffer that it follows, in bytes. */
  readonly offset: number;
  readonly size: number;
  /** Bytes of that part which have been written since, from the first to the last of them; empty where it is up to date. */
  stale: { from: number; to: number };
}

const NOTHING = { from: Infinity, to: -Infinity };

let nextId = 0;

/** The device that a buffer was made by, as far as the buffer needs it. */
export interface BufferOwner {
  /** The WebGPU device. */
  readonly device: GPUDevice;
  /** Called once, when the buffer is being disposed. */
  forget(buffer: DeviceBuffer): void;
}

/** A buffer on the device with an owner: `dispose` frees it, its mirrors and the bind groups that name it. */
export class DeviceBuffer implements Disposable {
  /** Unique in this process. */
  readonly id: number = nextId++;
  readonly #owner: BufferOwner;
  readonly #mirrors = new Map<string, Mirror>();
  #handle: GPUBuffer | undefined;

  /** Use {@linkcode Gpu.buffer}. */
  constructor(owner: BufferOwner, readonly label: string, readonly size: number, handle: GPUBuffer) {
    this.#owner = owner;
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

  /** Says that bytes are written, so that mirrors know what is stale. */
  touch(offset = 0, size: number = this.size): void {
    for (const mirror of this.#mirrors.values()) {
      const from = Math.max(0, offset - mirror.offset);
      const to = Math.min(mirror.size, offset + size - mirror.offset);
      if (from >= to) continue;
      const { stale } = mirror;
      mirror.stale = { from: Math.min(stale.from, from), to: Math.max(stale.to, to) };
    }
  }

  /**
   * A texture with the same numbers (see {@linkcode MIRROR_WIDTH}). Where it is stale, `copy` records the refresh of texels `first` to
   * `end` from the bytes from `offset` on.
   */
  mirror(
    offset: number,
    size: number,
    copy: (offset: number, to: GPUTexture, first: number, end: number) => void,
  ): GPUTextureView {
    const key = `${offset}:${size}`;
    let mirror = this.#mirrors.get(key);
    const texels = size / 16;
    if (mirror === undefined) {
      const texture = this.#owner.device.createTexture({
        label: `${this.label} (mirror)`,
        format: "rgba32float",
        size: [Math.min(texels, MIRROR_WIDTH), Math.ceil(texels / MIRROR_WIDTH)],
        usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
      });
      mirror = { texture, view: texture.createView(), offset, size, stale: { from: 0, to: size } };
      this.#mirrors.set(key, mirror);
    }
    const { texture, stale } = mirror;
    if (stale.from < stale.to) {
      // Whole rows of the texture, the last of which may be short.
      const first = Math.floor(stale.from / 16 / MIRROR_WIDTH) * MIRROR_WIDTH;
      const end = Math.min(texels, Math.ceil(stale.to / 16 / MIRROR_WIDTH) * MIRROR_WIDTH);
      copy(offset + first * 16, texture, first, end);
      mirror.stale = NOTHING;
    }
    return mirror.view;
  }

  /** Frees the device memory; harmless when repeated. */
  [Symbol.dispose](): void {
    if (this.#handle === undefined) return;
    this.#owner.forget(this);
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
