import { createVector, type Vector } from "../linalg/vector.ts";
import type { ObservationRequest } from "../optim/observation.ts";
import { createOptimizer, type Optimizer } from "../optim/optimizer.ts";
import { Pace } from "./pace.ts";
import { RING, type TrainingStep } from "./training_step.ts";

/** A burst that took fewer milliseconds says little: it is mostly the wait for its end. */
const TELLING = 150;
/** A burst that took more milliseconds is not repeated. */
const LONG = 2000;
const BURSTS = 3;

/**
 * Training steps on copies of the parameters, with a fresh optimizer and a learning rate of 0: for compiling what a run will
 * need and for timing it, without changing what is trained.
 */
export class Rehearsal implements Disposable {
  readonly #training: TrainingStep;
  readonly #parameters: Vector;
  readonly #optimizer: Optimizer;
  #step = 0;

  /** Copies the parameters as they are now. */
  constructor(training: TrainingStep) {
    const { field: { gpu, layout, parameters }, optimizer } = training.options;
    this.#training = training;
    this.#parameters = createVector(gpu, layout, "rehearsed parameters");
    gpu.copy(parameters.buffer, this.#parameters.buffer);
    this.#optimizer = createOptimizer(gpu, optimizer.spec, layout);
  }

  /** Runs the steps that the optimizer names, with and without products, so that everything is compiled. */
  async warmUp(): Promise<void> {
    for (const step of this.#optimizer.spec.rehearsal ?? [0]) {
      this.#optimizer.restore({ step, observations: this.#optimizer.counters.observations });
      // With observations first: some optimizers cannot step before they have made one.
      const { observes: kind } = this.#optimizer;
      if (kind !== undefined) this.#record([{ kind, count: 1 }]);
      this.#record([]);
    }
    await this.#training.options.field.gpu.synchronize();
  }

  /** Seconds of the first step, where the optimizer has one of its own kind, which `warmUp` leaves out. */
  async secondsOfFirst(): Promise<number | undefined> {
    const { gpu } = this.#training.options.field;
    if (this.#optimizer.spec.rehearsal?.includes(0) ?? true) return undefined;
    this.#optimizer.restore({ step: 0, observations: 0 });
    const begin = performance.now();
    this.#training.rehearse(
      0,
      { parameters: this.#parameters, optimizer: this.#optimizer },
      this.#optimizer.requests(),
    );
    await gpu.synchronize();
    return (performance.now() - begin) / 1000;
  }

  /**
   * Seconds that a step with these requests takes: the median of a few bursts as training makes them, read-back included.
   *
   * @param signal Ends it after the burst in flight.
   * @throws The signal's reason.
   */
  async secondsPerStep(requests: readonly ObservationRequest[], signal?: AbortSignal): Promise<number> {
    const { gpu } = this.#training.options.field;
    const pace = new Pace(RING);
    const times: number[] = [];
    while (times.length < BURSTS && !(times[0] > LONG)) {
      signal?.throwIfAborted();
      const { burst, submit } = pace;
      const begin = performance.now();
      for (let i = 1; i <= burst; i++) {
        this.#record(requests);
        if (i % submit === 0) gpu.flush();
      }
      await gpu.synchronize();
      const milliseconds = performance.now() - begin;
      pace.took(burst, milliseconds);
      if (milliseconds >= TELLING || burst === RING) times.push(milliseconds / burst);
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] / 1000;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#parameters[Symbol.dispose]();
    this.#optimizer[Symbol.dispose]();
  }

  #record(requests: readonly ObservationRequest[]): void {
    const subject = { parameters: this.#parameters, optimizer: this.#optimizer };
    // Steps go on as in a run, so that short last batches have their share.
    this.#training.rehearse(this.#step++, subject, requests);
  }
}
