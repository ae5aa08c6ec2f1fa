import { type Span, Timestamps } from "./timestamps.ts";

/** Times every submit while `Gpu.timeSubmits` works: from the device's first command in it to its last. */
export class SubmitTimes {
  readonly #times: Timestamps;
  /** Where the end of the open encoder's work is written. */
  #end?: GPUComputePassTimestampWrites;

  /** Only `Gpu.timeSubmits` calls this. Throws if the adapter has no timestamp queries. */
  constructor(readonly device: GPUDevice) {
    this.#times = new Timestamps(device);
  }

  /** The number of submits that have begun to be recorded. */
  get count(): number {
    return this.#times.count;
  }

  /** Records that a submit's work begins. */
  begin(encoder: GPUCommandEncoder): void {
    const { querySet, index } = this.#times.next();
    encoder.beginComputePass({ timestampWrites: { querySet, beginningOfPassWriteIndex: index } }).end();
    this.#end = { querySet, endOfPassWriteIndex: index + 1 };
  }

  /** Records that a submit's work ends; does nothing for one that began before it was to be timed. */
  end(encoder: GPUCommandEncoder): void {
    if (this.#end === undefined) return;
    encoder.beginComputePass({ timestampWrites: this.#end }).end();
    this.#end = undefined;
  }

  /** Waits for all submits, and reads their times. */
  async finish(): Promise<Span[]> {
    const encoder = this.device.createCommandEncoder();
    this.#times.resolve(encoder);
    this.device.queue.submit([encoder.finish()]);
    return await this.#times.read();
  }

  /** Frees the queries and their buffers. */
  release(): void {
    this.#times.release();
  }
}
