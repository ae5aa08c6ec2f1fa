import { createVector, type Vector } from "../linalg/vector.ts";
import type { ObservationRequest } from "../optim/observation.ts";
import { createOptimizer, type Optimizer } from "../optim/optimizer.ts";
import { Pace } from "./pace.ts";
import { RING, type TrainingStep } from "./training_step.ts";

/** The time of a burst of fewer milliseconds is not used, because it is mostly that of the read-back. */
const TELLING = 150;
/** A burst that took more milliseconds is not repeated. */
const LONG = 2000;
const BURSTS = 3;

/**
 * Makes training steps on copies of the parameters, with a new optimizer and a learning rate of 0. They compile the kernels that a run
 * will need, or measure its speed, without changing the field.
 */
export class Rehearsal implements Disposable {
  readonly #training: TrainingStep;
  readonly #parameters: Vector;
  readonly #optimizer: Optimizer;
  #step = 0;

  /** Copies the current parameters. */
  constructor(training: TrainingStep) {
    const { field: { gpu, layout, parameters }, optimizer } = training.options;
    this.#training = training;
    this.#parameters = createVector(gpu, layout, "rehearsed parameters");
    gpu.copy(parameters.buffer, this.#parameters.buffer);
    this.#optimizer = createOptimizer(gpu, optimizer.spec, layout);
  }

  /** Runs the steps that the optimizer's specification names, with and without products, so that all kernels are compiled. */
  async compile(): Promise<void> {
    for (const step of this.#optimizer.spec.rehearsal ?? [0]) {
      this.#optimizer.restore({ step, observations: this.#optimizer.counters.observations });
      // With observations first: some optimizers cannot step before they have made one.
      const { observes: kind } = this.#optimizer;
      if (kind !== undefined) this.#record([{ kind, count: 1 }]);
      this.#record([]);
    }
    await this.#training.options.field.gpu.synchronize();
  }

  /** Seconds of the first step; undefined if it is not special for the optimizer. `compile` leaves a special first step out. */
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
   * Measures the seconds of a step with the given requests: the median over a few bursts of steps as in training, including read-back.
   *
   * @param signal Stops the measurement after the burst in flight.
   * @throws The signal's reason, if the signal is aborted.
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
    const target = { parameters: this.#parameters, optimizer: this.#optimizer };
    // The step is counted up as in a run, so that the short last batch of an epoch is included in the measurement.
    this.#training.rehearse(this.#step++, target, requests);
  }
}
