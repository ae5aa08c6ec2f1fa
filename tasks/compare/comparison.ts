import type { Gpu } from "../../lib/gpu/device.ts";
import type { ProgressLine } from "../shell/progress.ts";
import type { TrainingTask } from "../training/task.ts";
import { tuningInputs } from "./division.ts";
import { type Choice, choose, nextTrial, SEARCH, spent, type Trial, type TrialResult } from "./halving.ts";
import { heldUp } from "./held_up.ts";
import { makeFinalRun, makeTrial, type RunRequest } from "./make_run.ts";
import { finalSteps, trialSteps } from "./pace.ts";
import { defaultRate, type Pair, pairName, pairsOf, type RunChoice, runValues, type Scope } from "./pairs.ts";
import type { ComparisonFolder, ComparisonRecord, RunRecord, TuningRecord } from "./store.ts";

/** Makes the runs of a comparison that are not done yet, one after the other. */
export class Comparison {
  /** The runs that are done. */
  readonly #done: RunRecord[];

  constructor(
    readonly gpu: Gpu,
    readonly task: TrainingTask,
    readonly record: ComparisonRecord,
    readonly folder: ComparisonFolder,
    readonly progress: ProgressLine,
    readonly signal: AbortSignal,
    done: readonly RunRecord[],
  ) {
    this.#done = [...done];
  }

  /** Tunes, then makes the final runs; returns early when the signal says so. */
  async run(): Promise<void> {
    if (this.record.settings.tune) await this.#tune();
    await this.#finalRuns();
    if (!this.signal.aborted) await this.#repeat();
  }

  /**
   * One trial of each pair after the other, so that a machine that slows down for a while does so to all pairs.
   */
  async #tune(): Promise<void> {
    const { settings } = this.record;
    let open = pairsOf(settings);
    while (open.length > 0) {
      for (const pair of open) {
        const trial = nextTrial(trialsOf(this.record, this.#done, pair));
        if (trial !== undefined) await this.#try(pair, trial);
        if (this.signal.aborted) return;
      }
      open = open.filter((pair) => nextTrial(trialsOf(this.record, this.#done, pair)) !== undefined);
    }
  }

  /** Tries a candidate on the inputs that are tuned on. */
  async #try(pair: Pair, trial: Trial): Promise<void> {
    const { settings, paces } = this.record;
    const { rung, exponent, schedule } = trial;
    const learningRate = rateOf(defaultRate(this.#scope, pair), exponent);
    // Final runs have the seeds before this one: what is chosen has not seen them.
    const seed = settings.seeds;
    for (let input = 0; input < inputsTuned(this.record); input++) {
      const id = ["tune", pairName(pair), `r${rung}`, schedule, exponent, `i${input}`].join("-");
      if (this.#isDone(id)) continue;
      const request = this.#request(pair, { input: settings.inputs[input], seed, learningRate, schedule }, {
        steps: (stepsPerEpoch) => trialSteps(paces[pairName(pair)], rung, stepsPerEpoch),
        what: `tuning ${pair.activation}, ${pair.optimizer} (${this.#part(pair)}): ${learningRate}, ${schedule}`,
      });
      const result = await makeTrial(request);
      if (result === undefined) return;
      this.#keep({ id, phase: "tuning", ...pair, input, seed, rung, exponent, schedule, ...result });
    }
  }

  /** Seed by seed, so that an interrupted comparison has something of every pair. */
  async #finalRuns(): Promise<void> {
    const { settings } = this.record;
    const pairs = pairsOf(settings);
    const total = settings.seeds * settings.inputs.length * pairs.length;
    let count = 0;
    for (let seed = 0; seed < settings.seeds; seed++) {
      for (const input of settings.inputs.keys()) {
        for (const pair of pairs) {
          const id = finalRunId(pair, seed, input, settings.inputs.length);
          count++;
          if (this.#isDone(id)) continue;
          await this.#finalRun({ id, ...pair, input, seed }, `run ${count} of ${total}`);
          if (this.signal.aborted) return;
        }
      }
    }
  }

  /** Makes final runs again, once, that were slower than their like: something else had the device. */
  async #repeat(): Promise<void> {
    const { settings, paces } = this.record;
    // What is usual for a pair changes with a repetition: until nothing is left that was not repeated.
    const next = () =>
      pairsOf(settings).flatMap((pair) => {
        const runs = this.#done.filter((run) => run.phase === "final" && isOf(run, pair));
        return heldUp(runs, paces[pairName(pair)]).filter(({ repeated }) => !repeated);
      }).at(0);
    for (let run = next(); run !== undefined && !this.signal.aborted; run = next()) {
      this.progress.print(`${run.id} was held up by something else; it is made again.`);
      await this.#finalRun(run, "again", { repeated: true });
    }
  }

  async #finalRun(
    { id, activation, optimizer, input, seed }: Pick<RunRecord, "id" | "activation" | "optimizer" | "input" | "seed">,
    what: string,
    rest: { repeated?: boolean } = {},
  ): Promise<void> {
    const { settings, paces } = this.record;
    const pair = { activation, optimizer };
    const choice = chosenFor(this.#scope, this.record, this.#done, pair);
    const pace = paces[pairName(pair)];
    const request = this.#request(pair, { ...choice, input: settings.inputs[input], seed }, {
      steps: (stepsPerEpoch) => finalSteps(pace, pair, this.#done, stepsPerEpoch),
      what: `${what}, ${activation}, ${optimizer}, seed ${seed}`,
    });
    const result = await makeFinalRun(request, this.folder.runPath(id), pace.seconds);
    if (result === undefined) return;
    const { schedule } = request.values;
    const record: RunRecord = { id, phase: "final", ...pair, input, seed, schedule, ...result, ...rest };
    this.#keep(record);
    this.#tell(record);
  }

  #request(pair: Pair, choice: RunChoice, { steps, what }: Pick<RunRequest, "steps"> & { what: string }): RunRequest {
    const { gpu, task, signal, progress } = this;
    const values = runValues(this.#scope, pair, choice);
    return { gpu, task, values, steps, signal, progress, prefix: `${what}  ` };
  }

  get #scope(): Scope {
    return { task: this.task, ...this.record };
  }

  #isDone(id: string): boolean {
    return this.#done.some((each) => each.id === id);
  }

  #keep(record: RunRecord): void {
    this.folder.append(record);
    const before = this.#done.findIndex(({ id }) => id === record.id);
    this.#done.splice(before < 0 ? this.#done.length : before, 1, record);
  }

  /** How far a pair's search is. */
  #part(pair: Pair): string {
    return `${Math.round(100 * spent(trialsOf(this.record, this.#done, pair)) / SEARCH.budget)} %`;
  }

  #tell({ activation, optimizer, seed, figures, divergedAt, seconds, steps }: RunRecord): void {
    const { figure, name, digits, unit = "" } = this.record.quality;
    const end = divergedAt === undefined
      ? `${name} ${figures[figure].toFixed(digits)}${unit}`
      : `diverged at step ${divergedAt}`;
    const length = `${steps} steps, ${seconds.toFixed(1)} s`;
    this.progress.print(`${activation}, ${optimizer}, seed ${seed}: ${end} (${length})`);
  }
}

/** The name of a final run. */
export function finalRunId(pair: Pair, seed: number, input: number, inputs: number): string {
  return [pairName(pair), ...inputs > 1 ? [`i${input}`] : [], `s${seed}`].join("-");
}

/** A rate half decades away from another, in three digits. */
export function rateOf(base: number, exponent: number): number {
  return Number((base * 10 ** (exponent / 2)).toPrecision(3));
}

/** On how many inputs candidates are tried. */
function inputsTuned({ settings: { seeds, inputs, tune } }: ComparisonRecord): number {
  return tuningInputs({ seeds, inputs: inputs.length, tune });
}

/** A pair's trials that have been made on all inputs that are tuned on. */
export function trialsOf(record: ComparisonRecord, done: readonly RunRecord[], pair: Pair): TrialResult[] {
  const runs = done.filter((run): run is TuningRecord => run.phase === "tuning" && isOf(run, pair));
  const trials = Map.groupBy(runs, ({ rung, exponent, schedule }) => `${rung} ${exponent} ${schedule}`);
  return [...trials.values()].filter((each) => each.length === inputsTuned(record)).map((each) => {
    const [{ rung, exponent, schedule }] = each;
    const scores = each.map(({ figures }) => figures[record.quality.figure] ?? NaN);
    return { rung, exponent, schedule, score: scores.reduce((sum, score) => sum + score, 0) / scores.length };
  });
}

/** What a pair's final runs are made with. */
export interface PairChoice {
  readonly learningRate?: number;
  readonly schedule?: string;
  /** Of tuning. */
  readonly choice?: Choice;
}

/** Rate and schedule of a pair's final runs: the tuned ones, or what the options say. */
export function chosenFor(
  scope: Scope,
  record: ComparisonRecord,
  done: readonly RunRecord[],
  pair: Pair,
): PairChoice {
  if (!record.settings.tune) return {};
  const choice = choose(trialsOf(record, done, pair));
  const learningRate = rateOf(defaultRate(scope, pair), choice.exponent);
  return { learningRate, schedule: choice.schedule, choice };
}

function isOf(run: RunRecord, { activation, optimizer }: Pair): boolean {
  return run.activation === activation && run.optimizer === optimizer;
}
