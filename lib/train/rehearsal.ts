import { createVector, type Vector } from "../linalg/vector.ts";
import type { ObservationRequest } from "../optim/observation.ts";
import { createOptimizer, type Optimizer } from "../optim/optimizer.ts";
import { BETWEEN_READS, Pace } from "./pace.ts";
import type { StepKind } from "./step_kinds.ts";
import { RING, type TrainingStep } from "./training_step.ts";

/** A burst of steps that is measured should take this many milliseconds. */
const BURST = 300;
/** The time of a burst of fewer milliseconds is not used, because it tells too little. */
const TELLING = 150;
/** A burst that took more milliseconds is not repeated, and a batch that would take more is measured by a part of it. */
const LONG = 2000;
/** The time of a step is the median over so many bursts. */
export const BURSTS = 3;
const WAITS = 3;

/** The seconds of a step. */
interface StepSeconds {
  /** With the whole batch. */
  readonly whole: number;
  /** With the samples of one chunk. */
  readonly chunk: number;
}

/**
 * Makes training steps on copies of the parameters, with a new optimizer and a learning rate of 0. They compile the kernels that a run
 * will need, or measure its speed, without changing the field. Batches that take long are represented by smaller ones.
 */
export class Rehearsal implements Disposable {
  readonly #training: TrainingStep;
  readonly #parameters: Vector;
  readonly #optimizer: Optimizer;
  readonly #signal?: AbortSignal;
  /** Samples of a batch that uses the same kernels as a whole one. */
  readonly #few: number;
  /** Samples of one chunk. */
  readonly #chunk: number;
  readonly #owned: DisposableStack;
  #step = 0;
  /** The milliseconds of a wait for an idle device, where they have been measured. */
  #waiting?: number;

  /**
   * Copies the current parameters.
   *
   * @param signal Stops the rehearsal between two passes over a chunk: the methods then throw its reason.
   */
  constructor(training: TrainingStep, signal?: AbortSignal) {
    const { field: { gpu, layout, parameters }, optimizer } = training.options;
    this.#training = training;
    this.#signal = signal;
    const { samples, workspace } = training;
    this.#few = workspace.samplesOfEveryKind(samples);
    this.#chunk = Math.min(samples, workspace.chunkSamples);
    using made = new DisposableStack();
    this.#parameters = made.use(createVector(gpu, layout, "rehearsed parameters"));
    gpu.copy(parameters.buffer, this.#parameters.buffer);
    this.#optimizer = made.use(createOptimizer(gpu, optimizer.spec, layout));
    this.#owned = made.move();
  }

  /** Runs the steps that the optimizer's specification names, with and without products, so that all kernels are compiled. */
  async compile(): Promise<void> {
    for (const step of this.#optimizer.spec.rehearsal ?? [0]) {
      this.#goTo(step);
      // With observations first: some optimizers cannot step before they have made one.
      const { observes } = this.#optimizer;
      if (observes.length > 0) await this.#record(this.#few, observes.map((kind) => ({ kind, count: 1 })));
      await this.#record(this.#few, []);
    }
    await this.#wait();
  }

  /**
   * Seconds of the first step with the samples of one chunk; undefined if that step is not special for the optimizer. `compile` leaves a
   * special first step out.
   */
  async secondsOfFirst(): Promise<number | undefined> {
    if (this.#optimizer.spec.rehearsal?.includes(0) ?? true) return undefined;
    // The first time, which compiles its kernels, is not the one that counts.
    await this.#recordFirst(this.#few);
    const begin = performance.now();
    await this.#recordFirst(this.#chunk);
    return (performance.now() - begin) / 1000;
  }

  /**
   * Measures the seconds of a step of this kind with the given requests: the median over a few bursts of steps as in training, with its
   * share of a read-back. "Whole" is this process's part of a batch. If it takes long, its time is extrapolated from that of one chunk.
   */
  async secondsPerStep(kind: StepKind, requests: readonly ObservationRequest[]): Promise<StepSeconds> {
    const { samples: batch } = this.#training;
    const seconds = (samples: number) => this.#seconds(samples, kind, requests);
    const chunk = await seconds(this.#chunk);
    if (this.#chunk === batch) return { whole: chunk, chunk };
    if (chunk * 1000 * batch / this.#chunk < LONG) return { whole: await seconds(batch), chunk };
    // The part of a step that does not grow with its samples is small where a chunk takes long, and otherwise at most half of it.
    const half = Math.floor(this.#chunk / 2);
    const second = chunk * 1000 > LONG ? chunk / 2 : Math.min(chunk - await seconds(half), chunk / 2);
    const perSample = Math.max(second, chunk / 4) / (this.#chunk - half);
    return { whole: chunk + perSample * (batch - this.#chunk), chunk };
  }

  /**
   * Measures the seconds of a step of this kind without requests and with the samples of one chunk.
   *
   * @param bursts The number of bursts of steps of which the median is taken.
   */
  secondsOfChunk(kind: StepKind, bursts: number): Promise<number> {
    return this.#seconds(this.#chunk, kind, [], bursts);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  /** The median seconds of a step of this kind on so many samples of the batch. */
  async #seconds(
    samples: number,
    { kind, from }: StepKind,
    requests: readonly ObservationRequest[],
    bursts = BURSTS,
  ): Promise<number> {
    const { spec } = this.#optimizer;
    const pace = new Pace(RING, BURST);
    const times: number[] = [];
    const waiting = this.#waiting ??= await this.#millisecondsOfWait();
    while (times.length < bursts && !(times[0] > LONG)) {
      const { burst } = pace;
      const begin = performance.now();
      pace.begin();
      for (let i = 0; i < burst; i++) {
        // A step follows those before it as in a run, where it is of the same kind: what a restored optimizer does anew takes time.
        if (spec.kindOf?.(this.#optimizer.counters.step) !== kind) this.#goTo(from);
        await this.#record(samples, requests);
        if (pace.isDue()) this.#training.options.field.gpu.flush();
      }
      await this.#wait();
      // A short burst may seem to take no time at all.
      const milliseconds = Math.max(1, performance.now() - begin - waiting);
      pace.took(burst, milliseconds);
      if (milliseconds >= TELLING || burst === RING) times.push(milliseconds / burst);
    }
    // In training a read-back comes after longer bursts.
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] * (1 + waiting / BETWEEN_READS) / 1000;
  }

  /** What it takes to wait for a device that has nothing to do: the least of several times, because other programs may delay one. */
  async #millisecondsOfWait(): Promise<number> {
    await this.#wait();
    let least = Infinity;
    for (let i = 0; i < WAITS; i++) {
      const begin = performance.now();
      await this.#wait();
      least = Math.min(least, performance.now() - begin);
    }
    return least;
  }

  /** Makes the first step with so many samples, and waits for it. */
  async #recordFirst(samples: number): Promise<void> {
    this.#goTo(0);
    await this.#record(samples, this.#optimizer.requests(), 0);
    await this.#wait();
  }

  /** Goes on from another step. What `compile` has observed still counts, because some optimizers cannot step without. */
  #goTo(step: number): void {
    this.#optimizer.restore({ step, observations: this.#optimizer.counters.observations });
  }

  async #record(samples: number, requests: readonly ObservationRequest[], step?: number): Promise<void> {
    const target = { parameters: this.#parameters, optimizer: this.#optimizer };
    // The step is counted up as in a run, so that the short last batch of an epoch is included in the measurement.
    await this.#training.rehearse(step ?? this.#step++, target, requests, { samples, signal: this.#signal });
    this.#signal?.throwIfAborted();
  }

  async #wait(): Promise<void> {
    await this.#training.options.field.gpu.synchronize();
    this.#training.waited();
    this.#signal?.throwIfAborted();
  }
}
