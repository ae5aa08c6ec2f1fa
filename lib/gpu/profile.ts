/** Total time of one kernel's dispatches in one phase. */
export interface ProfileEntry {
  /** The tag given with `Gpu.phase`. */
  readonly phase: string;
  /** The kernel's name. */
  readonly kernel: string;
  /** Milliseconds on the device, summed over all dispatches. */
  milliseconds: number;
  /** How often the kernel was dispatched. */
  dispatches: number;
  /** Floating-point operations of its matrix products, summed over all dispatches; 0 for other kernels. */
  flops: number;
  /** Bytes of all bound buffers, summed over all dispatches: the memory traffic if each dispatch moves everything once. */
  bytes: number;
}

/** Number of dispatches that one query set can time. Each takes two queries, and WebGPU allows 4096 in a set. */
const PAGE = 2048;

/** The queries for the timestamps of up to `PAGE` dispatches, and the buffers that bring them to the host. */
interface Page {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
}

/** Times every dispatch that is recorded while a profile is taken (see `Gpu.profile`), by GPU timestamps. */
export class Profile {
  /** One entry for each pair of kernel and phase, in the order of first use. */
  readonly entries: ProfileEntry[] = [];
  readonly #device: GPUDevice;
  readonly #pages: Page[] = [];
  readonly #tags: Omit<ProfileEntry, "milliseconds" | "dispatches">[] = [];
  #resolvedTags = 0;

  /** Only `Gpu.profile` calls this. Throws if the adapter has no timestamp queries. */
  constructor(device: GPUDevice) {
    if (!device.features.has("timestamp-query")) {
      throw new Error("This adapter cannot be profiled, because it has no timestamp queries.");
    }
    this.#device = device;
  }

  /** Milliseconds on the device, summed over all dispatches. */
  get milliseconds(): number {
    return sumOf(this.entries);
  }

  /** Milliseconds on the device, summed over the dispatches of one phase. */
  millisecondsOf(phase: string): number {
    return sumOf(this.entries.filter((entry) => entry.phase === phase));
  }

  /** Registers the next dispatch and returns where it writes its timestamps. */
  next(phase: string, kernel: string, flops: number, bytes: number): GPUComputePassTimestampWrites {
    const index = this.#tags.length % PAGE * 2;
    if (index === 0) this.#pages.push(this.#createPage());
    this.#tags.push({ phase, kernel, flops, bytes });
    const { queries } = this.#pages.at(-1)!;
    return { querySet: queries, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
  }

  /** Records copying the timestamps that were added since the last call. */
  resolve(encoder: GPUCommandEncoder): void {
    for (let i = Math.floor(this.#resolvedTags / PAGE); i < this.#pages.length; i++) {
      const { queries, resolved, staging } = this.#pages[i];
      const count = Math.min(this.#tags.length - i * PAGE, PAGE) * 2;
      encoder.resolveQuerySet(queries, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
    }
    this.#resolvedTags = this.#tags.length;
  }

  /** Waits for the timestamps, reads them and fills `entries`. */
  async finish(): Promise<void> {
    const stagings = this.#pages.map(({ staging }) => staging);
    await Promise.all(stagings.map((staging) => staging.mapAsync(GPUMapMode.READ)));
    const pages = stagings.map((staging) => new BigUint64Array(staging.getMappedRange().slice(0)));
    this.#tags.forEach(({ phase, kernel, flops, bytes }, i) => {
      const times = pages[Math.floor(i / PAGE)];
      const at = i % PAGE * 2;
      const milliseconds = Number(times[at + 1] - times[at]) / 1e6;
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
    for (const { queries, resolved, staging } of this.#pages) {
      queries.destroy();
      resolved.destroy();
      staging.destroy();
    }
  }

  #createPage(): Page {
    const size = PAGE * 16;
    return {
      queries: this.#device.createQuerySet({ type: "timestamp", count: PAGE * 2 }),
      resolved: this.#device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
      staging: this.#device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
    };
  }
}

function sumOf(entries: readonly ProfileEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.milliseconds, 0);
}
