import { Timestamps } from "./timestamps.ts";

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
  /**
   * Bytes of all buffers that it reads and of all that it writes, summed over all dispatches: the memory traffic if each dispatch moves
   * everything once.
   */
  bytes: number;
}

/** Times every dispatch that is recorded while a profile is taken (see `Gpu.profile`), by GPU timestamps. */
export class Profile {
  /** One entry for each pair of kernel and phase, in the order of first use. */
  readonly entries: ProfileEntry[] = [];
  readonly #times: Timestamps;
  readonly #tags: Omit<ProfileEntry, "milliseconds" | "dispatches">[] = [];

  /** Only `Gpu.profile` calls this. Throws if the adapter has no timestamp queries. */
  constructor(device: GPUDevice) {
    this.#times = new Timestamps(device);
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
    this.#tags.push({ phase, kernel, flops, bytes });
    const { querySet, index } = this.#times.next();
    return { querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
  }

  /** Records copying the timestamps that were added since the last call. */
  resolve(encoder: GPUCommandEncoder): void {
    this.#times.resolve(encoder);
  }

  /** Waits for the timestamps, reads them and fills `entries`. */
  async finish(): Promise<void> {
    const spans = await this.#times.read();
    this.#tags.forEach(({ phase, kernel, flops, bytes }, i) => {
      const { begin, end } = spans[i];
      const milliseconds = end - begin;
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
    this.#times.release();
  }
}

function sumOf(entries: readonly ProfileEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.milliseconds, 0);
}
