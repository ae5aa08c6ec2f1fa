/** Number of pairs of timestamps in one query set. WebGPU allows 4096 queries in a set. */
const PAGE = 2048;

/** The queries for `PAGE` pairs of timestamps, and the buffers that bring them to the host. */
interface Page {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
}

/** When something began and ended on the device, in milliseconds since a moment that is the same for all. */
export interface Span {
  /** When it began. */
  readonly begin: number;
  /** When it ended. */
  readonly end: number;
}

/** Where a pair of timestamps is written. */
interface TimestampPair {
  readonly querySet: GPUQuerySet;
  /** The index of the first; the second follows it. */
  readonly index: number;
}

/** Pairs of GPU timestamps, as many as are needed. */
export class Timestamps {
  readonly #device: GPUDevice;
  readonly #pages: Page[] = [];
  #count = 0;
  #resolved = 0;

  /**
   * Allocates nothing yet.
   *
   * @throws If the adapter has no timestamp queries.
   */
  constructor(device: GPUDevice) {
    if (!device.features.has("timestamp-query")) {
      throw new Error("This adapter cannot be profiled, because it has no timestamp queries.");
    }
    this.#device = device;
  }

  /** The number of pairs so far. */
  get count(): number {
    return this.#count;
  }

  /** Where the next pair is written. */
  next(): TimestampPair {
    const index = this.#count % PAGE * 2;
    if (index === 0) this.#pages.push(this.#createPage());
    this.#count++;
    return { querySet: this.#pages.at(-1)!.queries, index };
  }

  /** Records copying the timestamps that were added since the last call. */
  resolve(encoder: GPUCommandEncoder): void {
    for (let i = Math.floor(this.#resolved / PAGE); i < this.#pages.length; i++) {
      const { queries, resolved, staging } = this.#pages[i];
      const count = Math.min(this.#count - i * PAGE, PAGE) * 2;
      encoder.resolveQuerySet(queries, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
    }
    this.#resolved = this.#count;
  }

  /** Waits for all timestamps that were resolved, and reads them. */
  async read(): Promise<Span[]> {
    const stagings = this.#pages.map(({ staging }) => staging);
    await Promise.all(stagings.map((staging) => staging.mapAsync(GPUMapMode.READ)));
    const pages = stagings.map((staging) => new BigUint64Array(staging.getMappedRange().slice(0)));
    const [origin = 0n] = pages[0] ?? [];
    const milliseconds = (time: bigint) => Number(time - origin) / 1e6;
    return Array.from({ length: this.#resolved }, (_, i) => {
      const at = i % PAGE * 2;
      const times = pages[Math.floor(i / PAGE)];
      return { begin: milliseconds(times[at]), end: milliseconds(times[at + 1]) };
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
