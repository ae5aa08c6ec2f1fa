import { tableData } from "../../lib/data/training_data.ts";
import { createField } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { createVector } from "../../lib/linalg/vector.ts";
import { meanSquaredError } from "../../lib/objective/mean_squared_error.ts";
import { createOptimizer, type OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { RING, TrainingStep } from "../../lib/train/training_step.ts";
import { median } from "../shell/statistics.ts";
import { exchangeTime, type Network, rateLimited } from "./network.ts";
import { timeInterleaved, type Work } from "./timing.ts";
import { refreshPeriod, STEADY, UpdateWorkload } from "./update_workload.ts";
import { batchOf, type BenchSetup, fieldOf, LEARNING_RATE, optimizerOf, pacedOptimizerOf } from "./workload.ts";

/** A network that takes no time. */
const NO_NETWORK: Network = { bandwidth: Infinity, latency: 0 };

/** The time of a step at one number of processes; times are milliseconds. */
interface RankFigures {
  readonly ranks: number;
  /** Measured: one process's part of the batch, with an exchange that takes as long as the network would; an average over the period. */
  readonly step: number;
  /** Expected from the step alone: (alone − update)/R + update + exchange + network. */
  readonly model: number;
  /** Of these, what the network takes. */
  readonly network: number;
  /** The step alone, divided by the measured step and the number of processes. */
  readonly efficiency: number;
  /** Half the range of the efficiencies in the rounds. */
  readonly spread: number;
  /** The smallest batch that so many processes train faster than one, by the model. */
  readonly paysFrom: number;
  /** The smallest batch that they train with an efficiency of 90 %, by the model. */
  readonly efficientFrom: number;
}

/** One optimizer at one batch size; times are milliseconds. */
export interface RankCase {
  readonly optimizer: string;
  readonly batch: number;
  /** Steps after which everything repeats that the optimizer does at intervals. All times are averages over so many. */
  readonly period: number;
  /** The time of a step in one process. */
  readonly alone: number;
  /** What of it does not depend on the batch: the update, which every process makes. */
  readonly update: number;
  /** Reading back and writing what is exchanged. */
  readonly exchange: number;
  /** The 32-bit numbers that are exchanged in a step. */
  readonly numbers: number;
  readonly ranks: readonly RankFigures[];
}

/** What is measured for how many processes. */
interface RankPlan {
  readonly optimizers: readonly string[];
  readonly batches: readonly number[];
  readonly ranks: readonly number[];
  readonly network: Network;
}

/** What the model is made from. */
type Inputs = Pick<RankCase, "batch" | "alone" | "update" | "exchange">;

/** Times steps of one of so many processes for all optimizers and batches, in interleaved rounds. */
export async function measureRanks(
  gpu: Gpu,
  setup: BenchSetup,
  plan: RankPlan,
  context: { repeats: number; progress: (text: string) => void },
): Promise<RankCase[]> {
  const cases: RankCase[] = [];
  for (const optimizer of plan.optimizers) {
    for (const batch of plan.batches) cases.push(await measureCase(gpu, { ...setup, optimizer }, batch, plan, context));
  }
  return cases;
}

async function measureCase(
  gpu: Gpu,
  setup: BenchSetup,
  batch: number,
  { ranks, network }: RankPlan,
  { repeats, progress }: { repeats: number; progress: (text: string) => void },
): Promise<RankCase> {
  using owned = new DisposableStack();
  const name = `${setup.optimizer}, batch ${batch}`;
  progress(`${name}: compiling`);
  const period = refreshPeriod(optimizerOf(setup.optimizer));
  const works: Work[] = [];
  for (const size of [1, ...ranks]) {
    for (const pace of period > 1 ? ["steady", "busy"] as const : ["steady"] as const) {
      const spec = pacedOptimizerOf(setup.optimizer, pace);
      const work = owned.use(new RankWorkload(gpu, setup, { spec, batch, size, network }));
      await work.prepare();
      works.push({ name: keyOf(size, pace), record: () => work.record() });
    }
  }
  using field = createField(gpu, fieldOf(setup));
  const updates = owned.use(new UpdateWorkload(gpu, { field }, optimizerOf(setup.optimizer)));
  const gradient = owned.use(createVector(gpu, field.layout, "gradient"));
  works.push({ name: "update", record: () => updates.record() });
  works.push({ name: "exchange", record: () => rateLimited(NO_NETWORK, 1)({ gradient }) });
  const rounds = await timeInterleaved(gpu, works, { repeats, progress: (text) => progress(`${name}: ${text}`) });
  const time = (key: string) => median(rounds.get(key)!);
  // One step of a period does everything that is done at intervals, and the others do none of it.
  const averageOf = (size: number, timeOf: (key: string) => number) => {
    const steady = timeOf(keyOf(size, "steady"));
    return period === 1 ? steady : steady + (timeOf(keyOf(size, "busy")) - steady) / period;
  };
  const average = (size: number) => averageOf(size, time);
  const complete = Math.min(...[...rounds.values()].map(({ length }) => length));
  const spread = (size: number) => {
    const efficiencies = Array.from({ length: complete }, (_, round) => {
      const inRound = (key: string) => rounds.get(key)![round];
      return averageOf(1, inRound) / (averageOf(size, inRound) * size);
    });
    return (Math.max(...efficiencies) - Math.min(...efficiencies)) / 2;
  };
  const numbers = gradient.layout.deviceLength * (1 + updates.cost.observations);
  const inputs = { batch, alone: average(1), update: time("update") / period, exchange: time("exchange") };
  const figures = ranks.map((size) => ({
    ...rankFigures(inputs, size, average(size), exchangeTime(network, size, numbers)),
    spread: spread(size),
  }));
  return { optimizer: setup.optimizer, period, numbers, ...inputs, ranks: figures };
}

function keyOf(size: number, pace: "steady" | "busy"): string {
  return `${size} processes, ${pace} steps`;
}

/** Compares a measured step with the model, and says from which batch on so many processes pay. */
export function rankFigures(
  inputs: Inputs,
  ranks: number,
  step: number,
  network: number,
): Omit<RankFigures, "spread"> {
  const { batch, alone, update, exchange } = inputs;
  const perSample = (alone - update) / batch;
  const fixed = update + exchange + network;
  // (perSample B + update) / (R (perSample B/R + fixed)) = E, solved for B.
  const batchFor = (efficiency: number) =>
    Math.max(ranks, Math.ceil((ranks * efficiency * fixed - update) / (perSample * (1 - efficiency))));
  return {
    ranks,
    step,
    model: perSample * batch / ranks + fixed,
    network,
    efficiency: alone / (step * ranks),
    paysFrom: batchFor(1 / ranks),
    efficientFrom: batchFor(0.9),
  };
}

/** Steps of the first of so many processes, without the others. */
class RankWorkload implements Disposable {
  readonly #step: TrainingStep;
  readonly #owned: DisposableStack;
  #steps = 0;

  constructor(
    gpu: Gpu,
    setup: BenchSetup,
    { spec, batch, size, network }: {
      readonly spec: OptimizerSpec;
      readonly batch: number;
      readonly size: number;
      readonly network: Network;
    },
  ) {
    using owned = new DisposableStack();
    const objective = meanSquaredError();
    const field = owned.use(createField(gpu, fieldOf(setup), { seed: 0 }));
    const data = owned.use(tableData(field, objective, batchOf(batch)));
    const optimizer = owned.use(createOptimizer(gpu, spec, field.layout));
    optimizer.restore({ step: STEADY, observations: 1 });
    const parts = { field, objective, data, optimizer, batchSize: batch, seed: 0 };
    const others = size === 1 ? {} : { peers: { rank: 0, size }, reduce: rateLimited(network, size) };
    this.#step = owned.use(new TrainingStep({ ...parts, ...others }));
    this.#owned = owned.move();
  }

  /** Chooses kernels as training does, and compiles them. */
  async prepare(): Promise<void> {
    await this.#step.tune();
    await this.record();
  }

  /** Makes a step. */
  record(): Promise<boolean> {
    return this.#step.record(this.#steps++ % RING, LEARNING_RATE);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
