import { isMirrored, isRead, isWritten } from "./binding.ts";
import { BindGroups } from "./bind_groups.ts";
import { asSlice, type BufferLike, type BufferSlice, type DeviceBuffer } from "./buffer.ts";
import type { Kernel } from "./kernel.ts";
import { MIRROR_WIDTH } from "./operand_access.ts";
import type { Profile } from "./profile.ts";
import type { SubmitTimes } from "./submit_times.ts";
import type { Tally } from "./tally.ts";

/** Bytes of a slot, which holds the uniforms of one dispatch. Every adapter accepts an alignment of 256 bytes. */
const SLOT = 256;
const SLOTS = 4096;
/** The most workgroups of a dispatch along each axis, on every adapter. */
const MOST_GROUPS = 65535;

/**
 * Records dispatches and copies into one command encoder until `flush` submits them. The uniforms of all dispatches are
 * collected in one buffer, the arena, which is uploaded once for each submission. Each dispatch reads its own slot of the arena
 * through a dynamic offset, so that recording a step allocates no buffers.
 */
export class Recorder implements Disposable {
  /** The tag that profiles give to the dispatches that follow. */
  phase = "";
  /** The profile that times dispatches, if one is being taken. */
  profile: Profile | undefined;
  /** What times submits, if they are being timed. */
  submits: SubmitTimes | undefined;
  /** The tally that counts work, if there is one. */
  tally: Tally | undefined;
  /** The number of submissions so far. */
  submissions = 0;
  /** Resolves when it is known whether the device accepted the last submission. */
  accepted: Promise<void> = Promise.resolve();
  readonly #device: GPUDevice;
  readonly #refused: (submission: number, error: Error) => void;
  readonly #arena: GPUBuffer;
  readonly #staging = new ArrayBuffer(SLOT * SLOTS);
  readonly #words = {
    u32: new Uint32Array(this.#staging),
    i32: new Int32Array(this.#staging),
    f32: new Float32Array(this.#staging),
  };
  readonly #groups = new BindGroups();
  /** The offset of a dispatch's slot in the arena, as `setBindGroup` reads it. */
  readonly #offset = new Uint32Array(1);
  #slot = 0;
  /** The kernels that the open encoder uses. */
  #used = new Set<Kernel>();
  /** The buffers whose mirrors it refreshes. */
  #mirrored = new Set<DeviceBuffer>();
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;

  /** @param refused Called for a submission that the device refuses, with the error of the kernel that it comes from if there is one. */
  constructor(device: GPUDevice, refused: (submission: number, error: Error) => void) {
    this.#device = device;
    this.#refused = refused;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#arena = device.createBuffer({ label: "uniforms", size: SLOT * SLOTS, usage });
  }

  /** See `Gpu.dispatch`. */
  dispatch(
    kernel: Kernel,
    resources: Record<string, BufferLike>,
    uniforms: Record<string, number>,
    groups: readonly [number, number?, number?],
    flops = 0,
  ): void {
    if (groups.some((count = 1) => count > MOST_GROUPS)) {
      throw new Error(
        `kernel ${kernel.name}: expected at most ${MOST_GROUPS} workgroups a side, found ${groups.join(" × ")}.`,
      );
    }
    if (this.#slot === SLOTS) this.flush();
    const encoder = this.#open();
    const group = this.#bindGroup(kernel, resources);
    this.#used.add(kernel);
    let pass = this.#pass;
    if (this.profile !== undefined) {
      this.#endPass();
      const bytes = kernel.declared.bindings.reduce((sum, { name, kind }) => {
        return sum + (Number(isRead(kind)) + Number(isWritten(kind))) * asSlice(resources[name]).size;
      }, 0);
      pass = encoder.beginComputePass({
        timestampWrites: this.profile.next(this.phase, kernel.name, flops, bytes),
      });
    } else if (pass === undefined) {
      pass = this.#pass = encoder.beginComputePass();
    }
    pass!.setPipeline(kernel.pipeline);
    if (this.#pack(kernel, uniforms)) pass!.setBindGroup(0, group, this.#offset, 0, 1);
    else pass!.setBindGroup(0, group);
    pass!.dispatchWorkgroups(...(groups as [number]));
    if (this.profile !== undefined) pass!.end();
    this.tally?.dispatch(kernel.declared.bindings, resources, flops);
    for (const { name, kind } of kernel.declared.bindings) {
      if (!isWritten(kind)) continue;
      const { buffer, offset, size } = asSlice(resources[name]);
      buffer.touch(offset, size);
    }
  }

  /** See `Gpu.copy`. */
  copy(from: BufferSlice, to: BufferSlice, size = Math.min(from.size, to.size)): void {
    const encoder = this.#open();
    this.#endPass();
    encoder.copyBufferToBuffer(from.buffer.handle, from.offset, to.buffer.handle, to.offset, size);
    this.tally?.touch({ ...from, size }, { ...to, size });
    to.buffer.touch(to.offset, size);
  }

  /** Records copying to a buffer that the host will map. */
  copyOut(from: BufferSlice, to: GPUBuffer): void {
    const encoder = this.#open();
    this.#endPass();
    encoder.copyBufferToBuffer(from.buffer.handle, from.offset, to, 0, from.size);
  }

  /** Records filling a part of a buffer with zeros. */
  clear({ buffer, offset, size }: BufferSlice): void {
    const encoder = this.#open();
    this.#endPass();
    encoder.clearBuffer(buffer.handle, offset, size);
    buffer.touch(offset, size);
  }

  /** Submits what has been recorded. */
  flush(): void {
    if (this.#encoder === undefined) return;
    this.#endPass();
    this.profile?.resolve(this.#encoder);
    this.submits?.end(this.#encoder);
    if (this.#slot > 0) this.#device.queue.writeBuffer(this.#arena, 0, this.#staging, 0, this.#slot * SLOT);
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = undefined;
    this.#slot = 0;
    this.#watch(++this.submissions, this.#used, this.#mirrored);
    this.#used = new Set();
    this.#mirrored = new Set();
  }

  /** Reports a submission that the device refuses: the work in it, and only that, was not done. */
  #watch(submission: number, used: ReadonlySet<Kernel>, mirrored: ReadonlySet<DeviceBuffer>): void {
    this.accepted = this.#device.popErrorScope().then((error) => {
      if (error === null) return;
      for (const buffer of mirrored) buffer.touch();
      const broken = used.values().find(({ failure }) => failure !== undefined);
      this.#refused(submission, broken?.failure ?? new Error(`WebGPU: ${error.message}`));
    }, () => {});
  }

  /** Forgets what has been recorded since the last submission. */
  drop(): void {
    if (this.#encoder === undefined) return;
    this.#endPass();
    this.#encoder = undefined;
    this.#slot = 0;
    this.#device.popErrorScope().catch(() => {});
    for (const buffer of this.#mirrored) buffer.touch();
    this.#used.clear();
    this.#mirrored.clear();
  }

  /** Drops the bind groups that refer to a buffer. */
  forget(buffer: DeviceBuffer): void {
    this.#groups.forget(buffer);
  }

  /** Frees the memory on the device and on the host. */
  [Symbol.dispose](): void {
    this.#arena.destroy();
    // What the garbage collector would free only later: the staging memory at once, and all bind groups together with the device.
    this.#staging.transfer(0);
    this.#groups.clear();
  }

  #open(): GPUCommandEncoder {
    if (this.#encoder === undefined) {
      this.#device.pushErrorScope("validation");
      this.#encoder = this.#device.createCommandEncoder();
      this.submits?.begin(this.#encoder);
    }
    return this.#encoder;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }

  /** Puts uniforms into the next slot, and its offset into `#offset`. Returns whether there are any. */
  #pack({ name: kernelName, declared: { uniforms: fields } }: Kernel, uniforms: Record<string, number>): boolean {
    let given = 0;
    for (const _ in uniforms) given++;
    if (given !== fields.length) {
      throw new Error(
        `${kernelName}: expected uniforms ${fields.map((f) => f.name).join(", ")}, found ${
          Object.keys(uniforms).join(", ")
        }.`,
      );
    }
    if (given === 0) return false;
    const base = this.#slot * (SLOT / 4);
    for (let i = 0; i < given; i++) {
      const { name, type } = fields[i];
      const value = uniforms[name];
      if (value === undefined) {
        throw new Error(`${kernelName}: uniform ${name} is missing; given are ${Object.keys(uniforms).join(", ")}.`);
      }
      this.#words[type][base + i] = value;
    }
    this.#offset[0] = this.#slot++ * SLOT;
    return true;
  }

  #bindGroup(kernel: Kernel, resources: Record<string, BufferLike>): GPUBindGroup {
    const slices = kernel.declared.bindings.map(({ name }) => {
      const resource = resources[name];
      if (resource === undefined) throw new Error(`${kernel.name}: buffer ${name} is missing.`);
      return asSlice(resource);
    });
    const views = kernel.mirrors ? this.#mirrorsOf(kernel, slices) : undefined;
    const found = this.#groups.find(kernel, slices);
    if (found !== undefined) return found;
    const group = this.#createGroup(kernel, resources, slices, views);
    this.#groups.keep(kernel, slices, group);
    return group;
  }

  #createGroup(
    kernel: Kernel,
    resources: Record<string, BufferLike>,
    slices: readonly BufferSlice[],
    views: readonly (GPUTextureView | undefined)[] | undefined,
  ): GPUBindGroup {
    const { bindings, uniforms } = kernel.declared;
    const unknown = Object.keys(resources).find((each) => !bindings.some(({ name }) => name === each));
    if (unknown !== undefined) throw new Error(unknownBuffer(kernel.name, unknown));
    const first = uniforms.length > 0 ? 1 : 0;
    const entries: GPUBindGroupEntry[] = slices.map(({ buffer, offset, size }, i) => ({
      binding: i + first,
      resource: views?.[i] ?? { buffer: buffer.handle, offset, size },
    }));
    if (first === 1) entries.unshift({ binding: 0, resource: { buffer: this.#arena, size: SLOT } });
    return this.#device.createBindGroup({ label: kernel.name, layout: kernel.layout, entries });
  }

  /** The mirrors that a kernel reads, which are refreshed where they are stale; undefined for what it reads from buffers. */
  #mirrorsOf({ declared: { bindings } }: Kernel, slices: readonly BufferSlice[]): (GPUTextureView | undefined)[] {
    return bindings.map(({ kind }, i) => {
      return isMirrored(kind) ? this.#mirror(slices[i]) : undefined;
    });
  }

  #mirror({ buffer, offset, size }: BufferSlice): GPUTextureView {
    return buffer.mirror(offset, size, (offset, texture, first, end) => {
      const encoder = this.#open();
      this.#endPass();
      this.#mirrored.add(buffer);
      const rows = Math.floor((end - first) / MIRROR_WIDTH);
      const rest = (end - first) % MIRROR_WIDTH;
      const bytesPerRow = MIRROR_WIDTH * buffer.texelBytes;
      const from = { buffer: buffer.handle, offset, bytesPerRow };
      const y = first / MIRROR_WIDTH;
      if (rows > 0) encoder.copyBufferToTexture(from, { texture, origin: [0, y] }, [MIRROR_WIDTH, rows]);
      if (rest > 0) {
        const last = { ...from, offset: offset + rows * bytesPerRow };
        encoder.copyBufferToTexture(last, { texture, origin: [0, y + rows] }, [rest, 1]);
      }
    });
  }
}

/** The sentence about a buffer that a kernel is given and does not declare. */
function unknownBuffer(kernel: string, name: string): string {
  return `${kernel}: the kernel's text has no buffer ${name}: declare {{update ${name}}} if it changes it, or {{read ${name}}}.`;
}
