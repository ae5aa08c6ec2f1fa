import type { Gpu } from "../../lib/gpu/device.ts";
import type { ProgressLine } from "../shell/progress.ts";
import type { TrainingTask } from "../training/task.ts";
import { tuningInputs } from "./time_budget.ts";
import { type Choice, choose, nextTrial, SEARCH, spent, type Trial, type TrialResult } from "./halving.ts";
import { disturbedRuns } from "./disturbed_runs.ts";
import { makeFinalRun, makeTrial, type RunRequest } from "./make_run.ts";
import { finalSteps, trialSteps } from "./pace.ts";
import { type Pair, pairName, pairsOf } from "./pair.ts";
import { defaultRate, type RunChoice, runValues, type Scope } from "./run_values.ts";
import type { ComparisonRecord, ReportedComparison, RunRecord, TuningRecord } from "./record.ts";
import { runId } from "./run_id.ts";
import type { ComparisonFolder } from "./store.ts";
import { formatQuality } from "../training/status_line.ts";
import { counted } from "../shell/counted.ts";

/** What a comparison works with. */
interface ComparisonContext {
  readonly gpu: Gpu;
  readonly task: TrainingTask;
  readonly record: ComparisonRecord;
  readonly folder: ComparisonFolder;
  readonly progress: ProgressLine;
  /** Stops the comparison; the run in progress is discarded. */
  readonly signal: AbortSignal;
  /** The runs that are finished already. */
  readonly done: readonly RunRecord[];
}

/** Makes the runs of a comparison that are not finished yet, one after the other. */
export class Comparison {
  readonly gpu: Gpu;
  readonly task: TrainingTask;
  readonly record: ComparisonRecord;
  readonly folder: ComparisonFolder;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
  /** The runs that are finished. */
  readonly #done: RunRecord[];

  constructor({ gpu, task, record, folder, progress, signal, done }: ComparisonContext) {
    this.gpu = gpu;
    this.task = task;
    this.record = record;
    this.folder = folder;
    this.progress = progress;
    this.signal = signal;
    this.#done = [...done];
  }

  /** Tunes, makes the final runs, and repeats disturbed ones. Returns early if the signal is aborted. */
  async run(): Promise<void> {
    if (this.record.settings.tune) await this.#tune();
    await this.#finalRuns();
    if (!this.signal.aborted) await this.#repeat();
  }

  /**
   * Searches for the best settings of all pairs. The pairs take turns after each trial, so that a machine that slows down for a while
   * affects all of them.
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

  /** Makes a trial's runs, one on each tuning input. */
  async #try(pair: Pair, trial: Trial): Promise<void> {
    const { settings, paces } = this.record;
    const { rung, exponent, schedule } = trial;
    const learningRate = rateOf(defaultRate(this.#scope, pair), exponent);
    // The final runs have the seeds below this one, so that tuning cannot favour them.
    const seed = settings.seeds;
    for (let input = 0; input < inputsTuned(this.record); input++) {
      const identity = { phase: "tuning", ...pair, input, seed, rung, exponent, schedule } as const;
      const id = runId(identity, settings.inputs.length);
      if (this.#isDone(id)) continue;
      const request = this.#request(pair, { input: settings.inputs[input], seed, learningRate, schedule }, {
        steps: (stepsPerEpoch) => trialSteps(paces[pairName(pair)], rung, stepsPerEpoch),
        what: `tuning ${pair.activation}, ${pair.optimizer} (${this.#part(pair)}): ${learningRate}, ${schedule}`,
      });
      const result = await makeTrial(request);
      if (result === undefined) return;
      this.#store({ id, ...identity, ...result });
    }
  }

  /** Makes the final runs seed by seed, so that an interrupted comparison has results for every pair. */
  async #finalRuns(): Promise<void> {
    const { settings } = this.record;
    const pairs = pairsOf(settings);
    const total = settings.seeds * settings.inputs.length * pairs.length;
    let count = 0;
    for (let seed = 0; seed < settings.seeds; seed++) {
      for (const input of settings.inputs.keys()) {
        for (const pair of pairs) {
          const id = runId({ phase: "final", ...pair, input, seed }, settings.inputs.length);
          count++;
          if (this.#isDone(id)) continue;
          await this.#finalRun({ id, ...pair, input, seed }, `run ${count} of ${total}`);
          if (this.signal.aborted) return;
        }
      }
    }
  }

  /** Repeats final runs once that were slower than the other runs of their pair, because other programs used the device meanwhile. */
  async #repeat(): Promise<void> {
    const { settings, paces } = this.record;
    // A repetition changes the usual speed of its pair, so the disturbed runs are determined anew after each.
    const next = () =>
      pairsOf(settings).flatMap((pair) => {
        const runs = this.#done.filter((run) => run.phase === "final" && isOf(run, pair));
        return disturbedRuns(runs, paces[pairName(pair)]).filter(({ repeated }) => !repeated);
      }).at(0);
    for (let run = next(); run !== undefined && !this.signal.aborted; run = next()) {
      this.progress.print(`${run.id} was disturbed by other load on the device; it is repeated.`);
      await this.#finalRun(run, "repetition", { repeated: true });
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
    this.#store(record);
    this.#print(record);
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

  #store(record: RunRecord): void {
    this.folder.append(record);
    const before = this.#done.findIndex(({ id }) => id === record.id);
    this.#done.splice(before < 0 ? this.#done.length : before, 1, record);
  }

  /** The part of a pair's search that is done, in percent. */
  #part(pair: Pair): string {
    return `${Math.round(100 * spent(trialsOf(this.record, this.#done, pair)) / SEARCH.budget)} %`;
  }

  #print({ activation, optimizer, seed, figures, divergedAt, seconds, steps }: RunRecord): void {
    const end = divergedAt === undefined
      ? formatQuality(this.record.quality, figures)
      : `diverged at step ${divergedAt}`;
    const length = `${counted(steps, "step")}, ${seconds.toFixed(1)} s`;
    this.progress.print(`${activation}, ${optimizer}, seed ${seed}: ${end} (${length})`);
  }
}

/** The learning rate that is `exponent` half decades above `base`, rounded to three digits. */
export function rateOf(base: number, exponent: number): number {
  return Number((base * 10 ** (exponent / 2)).toPrecision(3));
}

/** The number of inputs that are used for tuning. */
function inputsTuned({ settings: { seeds, inputs, tune } }: Pick<ComparisonRecord, "settings">): number {
  return tuningInputs({ seeds, inputs: inputs.length, tune });
}

/** A pair's trials that are finished on all tuning inputs, with the mean score over these inputs. */
export function trialsOf(record: ReportedComparison, done: readonly RunRecord[], pair: Pair): TrialResult[] {
  const runs = done.filter((run): run is TuningRecord => run.phase === "tuning" && isOf(run, pair));
  const trials = Map.groupBy(runs, ({ rung, exponent, schedule }) => `${rung} ${exponent} ${schedule}`);
  return [...trials.values()].filter((each) => each.length === inputsTuned(record)).map((each) => {
    const [{ rung, exponent, schedule }] = each;
    const scores = each.map(({ figures }) => figures[record.quality.figure] ?? NaN);
    return { rung, exponent, schedule, score: scores.reduce((sum, score) => sum + score, 0) / scores.length };
  });
}

/** The settings of a pair's final runs. */
export interface PairChoice {
  readonly learningRate?: number;
  readonly schedule?: string;
  /** The result of tuning, if there was any. */
  readonly choice?: Choice;
}

/** The learning rate and schedule of a pair's final runs as tuning chose them; nothing without tuning, where the options hold. */
export function chosenFor(
  scope: Scope,
  record: ReportedComparison,
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
