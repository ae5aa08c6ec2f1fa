import type { AdapterDescription } from "./adapter_description.ts";
import { asSlice, type BufferLike, DeviceBuffer } from "./buffer.ts";
import { OutOfMemoryError } from "./device_errors.ts";
import { DeviceHealth } from "./device_health.ts";
import type { Kernel } from "./kernel.ts";
import type { KernelPart } from "./kernel_error.ts";
import { KernelStore } from "./kernel_store.ts";
import { KernelTuner, type KernelTunerOptions } from "./kernel_tuner.ts";
import type { KernelSource } from "./kernel_source.ts";
import { operandAccesses } from "./operand_access.ts";
import { Profile } from "./profile.ts";
import { Recorder } from "./recorder.ts";
import type { StorageFormat } from "./storage_format.ts";
import { SubmitTimes } from "./submit_times.ts";
import { Tally } from "./tally.ts";
import type { KernelValues } from "./template.ts";
import type { Span } from "./timestamps.ts";

/**
 * A device with its kernels, buffers and the one queue of recorded work. What is recorded runs in the order written;
 * reading and writing buffers flushes what was recorded before.
 */
export class Gpu implements Disposable {
  /** The choices of kernels, made by timing. */
  readonly tuner: KernelTuner;
  /**
   * Called before a kernel is compiled and before work is submitted, each of which may block for seconds. What it throws ends the work that
   * was recorded, and is thrown once.
   */
  guard?: () => void;
  readonly #buffers = new Set<DeviceBuffer>();
  readonly #kernels: KernelStore;
  readonly #recorder: Recorder;
  readonly #health: DeviceHealth;
  #disposed = false;

  /** Use `openGpu`. */
  constructor(readonly device: GPUDevice, readonly adapter: AdapterDescription, options: KernelTunerOptions = {}) {
    this.tuner = new KernelTuner(adapter, options, operandAccesses(device.limits));
    this.#health = new DeviceHealth(device);
    // The device works on what was recorded while the host compiles.
    this.#kernels = new KernelStore(device, () => this.flush());
    this.#recorder = new Recorder(device, (submission, error) => this.#health.refuse(submission, error));
  }

  /** How many buffers exist. Zero when everything made on this device has been disposed. */
  get liveBuffers(): number {
    return this.#buffers.size;
  }

  /** Bytes of the buffers that exist, mirrors included. */
  get liveBytes(): number {
    let sum = 0;
    for (const buffer of this.#buffers) sum += buffer.bytes;
    return sum;
  }

  /**
   * A new buffer of `size` bytes (rounded up to a multiple of 16), zero-filled.
   *
   * @param format How it stores numbers; single precision by default. Kernels that declare `{{read NAME}}` or `{{write NAME}}` for it read
   * and write either format.
   * @throws {OutOfMemoryError} If it is larger than the adapter allows. If the memory of the device is exhausted, the next `read`,
   * `synchronize` or `check` throws it.
   */
  buffer(label: string, size: number, format: StorageFormat = "f32"): DeviceBuffer {
    const bytes = Math.max(16, Math.ceil(size / 16) * 16);
    const limit = Math.min(this.device.limits.maxBufferSize, this.device.limits.maxStorageBufferBindingSize);
    if (bytes > limit) throw new OutOfMemoryError({ label, bytes, limit });
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const handle = this.allocate(label, bytes, () => this.device.createBuffer({ label, size: bytes, usage }));
    const buffer = new DeviceBuffer(this, label, bytes, handle, format);
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Makes something that takes so many bytes of device memory. If there are fewer, later checks say so, as for `buffer`. */
  allocate<T>(label: string, bytes: number, make: () => T): T {
    return this.#health.allocate({ label, bytes, used: this.liveBytes }, make);
  }

  /** Called by a buffer that is being disposed: what was recorded with it is submitted first. */
  forget(buffer: DeviceBuffer): void {
    this.#recorder.flush();
    this.#recorder.forget(buffer);
    this.#buffers.delete(buffer);
  }

  /**
   * The kernel of a source with its values filled in; compiled once and kept.
   *
   * @param part What the values fill in, for error messages, such as "the activation tanh", and which of them where not all do.
   */
  kernel(source: KernelSource, values: KernelValues = {}, part?: string | KernelPart): Kernel {
    return this.#kernels.get(source, { values, access: this.tuner.operands, part });
  }

  /**
   * Records one dispatch.
   *
   * @param bindings A buffer or slice for every resource that the kernel declares.
   * @param uniforms A number for every uniform that the kernel declares.
   * @param groups Workgroups along x, y, z.
   * @param flops Floating-point operations of a matrix product, for profiles.
   */
  dispatch(
    kernel: Kernel,
    bindings: Record<string, BufferLike>,
    uniforms: Record<string, number>,
    groups: readonly [number, number?, number?],
    flops?: number,
  ): void {
    const suited = this.#kernels.suited(kernel, bindings);
    suited.check();
    this.#recorder.dispatch(suited, bindings, uniforms, groups, flops);
  }

  /** Records a copy of the first `size` bytes. */
  copy(from: BufferLike, to: BufferLike, size?: number): void {
    this.#recorder.copy(asSlice(from), asSlice(to), size);
  }

  /** Records filling with zeros. */
  clear(buffer: BufferLike): void {
    this.#recorder.clear(asSlice(buffer));
  }

  /** Submits what has been recorded. */
  flush(): void {
    this.#askGuard();
    this.#recorder.flush();
  }

  /** Calls the guard. If it throws, what was recorded is forgotten. */
  #askGuard(): void {
    const { guard } = this;
    try {
      guard?.();
    } catch (error) {
      this.guard = undefined;
      this.#recorder.drop();
      throw error;
    }
  }

  /** Writes numbers at a byte offset, after everything recorded so far. */
  write(buffer: DeviceBuffer, data: Float32Array | Uint32Array, offset = 0): void {
    this.flush();
    buffer.touch(offset, data.byteLength);
    this.device.queue.writeBuffer(buffer.handle, offset, data as Float32Array<ArrayBuffer>);
  }

  /**
   * Reads buffers back, after everything recorded so far; several at once cost no more than one.
   *
   * @throws {DeviceLostError} If the device is lost.
   * @throws {OutOfMemoryError} If the memory of the device was exhausted before, or does not suffice for what is read.
   */
  async read(...buffers: BufferLike[]): Promise<ArrayBuffer[]> {
    const slices = buffers.map(asSlice);
    // Throws for a disposed buffer before anything is allocated.
    for (const { buffer } of slices) buffer.handle;
    const staged = slices.map((slice) => {
      const { size } = slice;
      const label = `${slice.buffer.label} (read)`;
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
      const staging = this.allocate(label, size, () => this.device.createBuffer({ label, size, usage }));
      this.#recorder.copyOut(slice, staging);
      return staging;
    });
    try {
      this.flush();
      const { submissions, accepted } = this.#recorder;
      const mapped = Promise.all([...staged.map((staging) => staging.mapAsync(GPUMapMode.READ)), accepted]);
      await this.#health.explain(mapped, "reading");
      this.#health.check(submissions);
      return staged.map((staging) => staging.getMappedRange().slice(0));
    } finally {
      for (const staging of staged) staging.destroy();
    }
  }

  /** Waits until everything recorded so far has run. Throws as `read` does. */
  async synchronize(): Promise<void> {
    this.flush();
    const { submissions, accepted } = this.#recorder;
    await this.#health.explain(Promise.all([this.device.queue.onSubmittedWorkDone(), accepted]), "waiting");
    this.#health.check(submissions);
  }

  /**
   * Throws the first error that the device has reported, if any. WebGPU itself reports errors silently. That a submission was refused, for
   * instance because a kernel in it does not compile, is thrown once, by the first `read`, `synchronize` or `check` that follows it; other work
   * can go on, and using that kernel again throws its error again. A lost device and exhausted memory are thrown at every call.
   */
  check(): void {
    this.#health.check();
  }

  /** Tags the dispatches recorded from now on, for profiles ("forward", "update", …). */
  phase(name: string): void {
    this.#recorder.phase = name;
  }

  /** Times every dispatch that `work` records, by timestamp queries. Throws where the adapter has none. */
  async profile(work: () => void | Promise<void>): Promise<Profile> {
    this.flush();
    const profile = new Profile(this.device);
    this.#recorder.profile = profile;
    try {
      try {
        await work();
        this.flush();
      } finally {
        this.#recorder.profile = undefined;
      }
      // Others may submit while this waits.
      await this.#health.explain(profile.finish(), "profiling");
      this.check();
      return profile;
    } finally {
      profile.release();
    }
  }

  /**
   * Times every submit that is made while `work` runs, by timestamp queries: when the device began and ended it. Throws where the adapter
   * has none.
   *
   * @param work Gets a function that returns how many submits have been begun so far.
   */
  async timeSubmits(work: (begun: () => number) => Promise<void>): Promise<Span[]> {
    this.flush();
    const times = new SubmitTimes(this.device);
    this.#recorder.submits = times;
    try {
      try {
        await work(() => times.count);
        this.flush();
      } finally {
        this.#recorder.submits = undefined;
      }
      const spans = await this.#health.explain(times.finish(), "timing submits");
      this.check();
      return spans;
    } finally {
      times.release();
    }
  }

  /** Counts what `work` records, which is recorded all the same. */
  tally(work: () => void): Tally {
    const tally = this.#recorder.tally = new Tally();
    try {
      work();
    } finally {
      this.#recorder.tally = undefined;
    }
    return tally;
  }

  /**
   * Frees every buffer that is still alive, and the device. The runtime keeps about 3 MB for a device, more after many kernels, until
   * its garbage collector runs.
   */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#health.end();
    for (const buffer of [...this.#buffers]) buffer[Symbol.dispose]();
    this.#kernels.clear();
    this.#recorder[Symbol.dispose]();
    this.device.destroy();
  }
}
