import { MIRROR_FORMATS, MIRROR_WIDTH } from "./operand_access.ts";
import { NUMBER_BYTES, type StorageFormat } from "./storage_format.ts";

/** A part of a buffer. */
export interface BufferSlice {
  /** The whole buffer. */
  readonly buffer: DeviceBuffer;
  /** Where the part begins, in bytes: a multiple of 256. */
  readonly offset: number;
  /** The part's size in bytes. */
  readonly size: number;
}

/** What can be bound to a kernel: a whole buffer or a part of one. */
export type BufferLike = DeviceBuffer | BufferSlice;

interface Mirror {
  readonly texture: GPUTexture;
  readonly view: GPUTextureView;
  /** The part of the buffer that is mirrored, in bytes. */
  readonly offset: number;
  readonly size: number;
  /**
   * Range of bytes in that part that includes everything written to the buffer since the mirror was last refreshed. It is
   * empty if the mirror is up to date.
   */
  stale: { from: number; to: number };
}

const NOTHING = { from: Infinity, to: -Infinity };

let nextId = 0;

/** The part of `Gpu` that its buffers use. */
export interface BufferOwner {
  /** The WebGPU device. */
  readonly device: GPUDevice;
  /** Makes something that takes so many bytes of device memory, whose lack is reported. */
  allocate<T>(label: string, bytes: number, make: () => T): T;
  /** Called once, when the buffer is disposed. */
  forget(buffer: DeviceBuffer): void;
}

/**
 * A buffer on the device. Whoever creates it owns it and must dispose it, which frees the memory, its mirrors and the bind
 * groups that refer to it.
 */
export class DeviceBuffer implements Disposable {
  /** Unique in this process. */
  readonly id: number = nextId++;
  readonly #owner: BufferOwner;
  readonly #mirrors = new Map<string, Mirror>();
  /** The whole buffer as a slice of itself. */
  readonly whole: BufferSlice;
  #handle: GPUBuffer | undefined;

  /** Only `Gpu` calls this; use {@linkcode Gpu.buffer}. */
  constructor(
    owner: BufferOwner,
    readonly label: string,
    readonly size: number,
    handle: GPUBuffer,
    readonly format: StorageFormat = "f32",
  ) {
    this.#owner = owner;
    this.#handle = handle;
    this.whole = { buffer: this, offset: 0, size };
  }

  /** The WebGPU buffer. Throws after the buffer has been disposed. */
  get handle(): GPUBuffer {
    if (this.#handle === undefined) throw new Error(`${this.label}: used after it was disposed.`);
    return this.#handle;
  }

  /** The part of `size` bytes that begins at byte `offset`, a multiple of 256. Throws if it does not lie in the buffer. */
  slice(offset: number, size: number): BufferSlice {
    if (offset % 256 !== 0 || offset < 0 || size < 0 || offset + size > this.size) {
      throw new Error(`${this.label}: no slice of ${size} bytes at ${offset} in a buffer of ${this.size} bytes.`);
    }
    return { buffer: this, offset, size };
  }

  /** The part of `count` numbers that begins with the number `first`; its bytes are as `slice` demands. */
  part(first: number, count: number): BufferSlice {
    const bytes = NUMBER_BYTES[this.format];
    return this.slice(first * bytes, count * bytes);
  }

  /** Bytes of a mirror's texel, which holds four numbers. */
  get texelBytes(): number {
    return 4 * NUMBER_BYTES[this.format];
  }

  /** Bytes on the device, mirrors included. */
  get bytes(): number {
    let sum = this.size;
    for (const { texture } of this.#mirrors.values()) sum += texture.width * texture.height * this.texelBytes;
    return sum;
  }

  /** Marks `size` bytes from byte `offset` on as written, so that mirrors of them are refreshed before their next use. */
  touch(offset = 0, size: number = this.size): void {
    if (this.#mirrors.size === 0) return;
    for (const mirror of this.#mirrors.values()) {
      const from = Math.max(0, offset - mirror.offset);
      const to = Math.min(mirror.size, offset + size - mirror.offset);
      if (from >= to) continue;
      const { stale } = mirror;
      mirror.stale = { from: Math.min(stale.from, from), to: Math.max(stale.to, to) };
    }
  }

  /**
   * A texture that holds the same numbers as `size` bytes from byte `offset` on (see {@linkcode MIRROR_WIDTH} for their
   * arrangement). If the texture is stale, `copy` is called, which records copying the texels from `first` up to but not
   * including `end`; their data begin at the byte `offset` that it is given.
   */
  mirror(
    offset: number,
    size: number,
    copy: (offset: number, to: GPUTexture, first: number, end: number) => void,
  ): GPUTextureView {
    const key = `${offset}:${size}`;
    let mirror = this.#mirrors.get(key);
    const bytes = this.texelBytes;
    const texels = size / bytes;
    if (mirror === undefined) {
      const { device } = this.#owner;
      const label = `${this.label} (mirror)`;
      const [width, height] = mirrorSize(texels, device.limits.maxTextureDimension2D);
      const format = MIRROR_FORMATS[this.format];
      const usage = GPUTextureUsage.STORAGE_BINDING | GPUTextureUsage.COPY_DST;
      const make = () => device.createTexture({ label, format, size: [width, height], usage });
      const texture = this.#owner.allocate(label, width * height * bytes, make);
      mirror = { texture, view: texture.createView(), offset, size, stale: { from: 0, to: size } };
      this.#mirrors.set(key, mirror);
    }
    const { texture, stale } = mirror;
    if (stale.from < stale.to) {
      // Whole rows of the texture are copied. The last row may be shorter.
      const first = Math.floor(stale.from / bytes / MIRROR_WIDTH) * MIRROR_WIDTH;
      const end = Math.min(texels, Math.ceil(stale.to / bytes / MIRROR_WIDTH) * MIRROR_WIDTH);
      copy(offset + first * bytes, texture, first, end);
      mirror.stale = NOTHING;
    }
    return mirror.view;
  }

  /** Frees the device memory. Calling it again has no effect. */
  [Symbol.dispose](): void {
    if (this.#handle === undefined) return;
    this.#owner.forget(this);
    this.#handle.destroy();
    this.#handle = undefined;
    for (const mirror of this.#mirrors.values()) mirror.texture.destroy();
    this.#mirrors.clear();
  }
}

/**
 * Width and height of a mirror of so many texels. llvmpipe compiles a kernel anew for each combination of
 * textures with and without sides that are powers of two. So no side is a power of two, unless it is the tallest that the device allows.
 */
function mirrorSize(texels: number, tallest: number): [width: number, height: number] {
  const noPowerOfTwo = (side: number) => (side & (side - 1)) !== 0 ? side : side === 1 ? 3 : side + 1;
  const [width, height] = [Math.min(texels, MIRROR_WIDTH), Math.ceil(texels / MIRROR_WIDTH)];
  return [noPowerOfTwo(width), Math.min(noPowerOfTwo(height), tallest)];
}

/** A whole buffer as a slice of itself; a slice is returned as it is. */
export function asSlice(buffer: BufferLike): BufferSlice {
  return buffer instanceof DeviceBuffer ? buffer.whole : buffer;
}
