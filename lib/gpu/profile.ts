/** Time of the dispatches of one kernel in one phase. */
export interface ProfileEntry {
  /** The tag given with `Gpu.phase`. */
  readonly phase: string;
  /** The kernel's name. */
  readonly kernel: string;
  /** Milliseconds on the device, all dispatches together. */
  milliseconds: number;
  /** How often it was dispatched. */
  dispatches: number;
  /** Floating-point operations of its matrix products, all dispatches together; 0 for other kernels. */
  flops: number;
  /** Bytes of what was bound, all dispatches together: the traffic if everything moves once. */
  bytes: number;
}

const CAPACITY = 2048;

/** Timestamps around every dispatch recorded while a profile is being taken (see `Gpu.profile`). */
export class Profile {
  /** One entry a kernel and phase, in the order of first use. */
  readonly entries: ProfileEntry[] = [];
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;
  readonly #tags: Omit<ProfileEntry, "milliseconds" | "dispatches">[] = [];

  /** Use `Gpu.profile`. */
  constructor(device: GPUDevice) {
    if (!device.features.has("timestamp-query")) {
      throw new Error("This adapter has no timestamp queries to profile with.");
    }
    const size = CAPACITY * 16;
    this.#queries = device.createQuerySet({ type: "timestamp", count: CAPACITY * 2 });
    this.#resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    this.#staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  /** Milliseconds of all dispatches. */
  get milliseconds(): number {
    return sumOf(this.entries);
  }

  /** Milliseconds of the dispatches of one phase. */
  millisecondsOf(phase: string): number {
    return sumOf(this.entries.filter((entry) => entry.phase === phase));
  }

  /** Where the next dispatch writes its timestamps. */
  next(phase: string, kernel: string, flops: number, bytes: number): GPUComputePassTimestampWrites {
    if (this.#tags.length === CAPACITY) throw new Error(`A profile holds ${CAPACITY} dispatches; profile fewer steps.`);
    const index = this.#tags.length * 2;
    this.#tags.push({ phase, kernel, flops, bytes });
    return { querySet: this.#queries, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
  }

  /** Records the copy of the timestamps taken so far. */
  resolve(encoder: GPUCommandEncoder): void {
    const count = this.#tags.length * 2;
    if (count === 0) return;
    encoder.resolveQuerySet(this.#queries, 0, count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, count * 8);
  }

  /** Reads the timestamps and fills `entries`. */
  async finish(): Promise<void> {
    await this.#staging.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    this.#tags.forEach(({ phase, kernel, flops, bytes }, i) => {
      const milliseconds = Number(times[2 * i + 1] - times[2 * i]) / 1e6;
      const entry = this.entries.find((each) => each.phase === phase && each.kernel === kernel);
      if (entry === undefined) this.entries.push({ phase, kernel, milliseconds, dispatches: 1, flops, bytes });
      else {
        entry.milliseconds += milliseconds;
        entry.dispatches++;
        entry.flops += flops;
        entry.bytes += bytes;
      }
    });
  }

  /** Frees the queries and their buffers. */
  release(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#staging.destroy();
  }
}

function sumOf(entries: readonly ProfileEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.milliseconds, 0);
}
