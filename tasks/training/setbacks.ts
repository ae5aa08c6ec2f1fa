import { DeviceLostError } from "../../lib/gpu/device_errors.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import { resumeRunFolder } from "../run/open_run_folder.ts";
import type { Command } from "../shell/command.ts";
import { MOST_LOSSES } from "../shell/device_losses.ts";
import { EarlierRun } from "./earlier_run.ts";
import type { RecordedTask } from "./other_defaults.ts";
import type { Rollback } from "./rollback.ts";
import type { RunRequest } from "./run_request.ts";

/** A run goes back so often in all, each time to half the rate. */
const MOST_ROLLBACKS = 5;

/** What happened to a run that goes on all the same: lost devices and divergences. */
export class Setbacks<C extends Command = Command> {
  /** How often the device was lost in this process. */
  deviceLosses = 0;
  /** The run's folder, as soon as it exists. */
  folder?: string;
  /** Whether training has started in this process, so that the stored configuration is the one that was asked for. */
  started = false;
  /** The learning rate of the run. */
  learningRate = NaN;

  /**
   * @param request What is to be done next.
   * @param alone Whether the run has one process. Several end together, and their run can be resumed.
   */
  constructor(
    readonly task: RecordedTask<C>,
    public request: RunRequest<C>,
    readonly alone = true,
  ) {
    this.folder = request.earlier?.folder.path;
  }

  /** The rollbacks of the run, the earlier ones first. */
  get rollbacks(): readonly Rollback[] {
    return this.request.rollbacks ?? this.request.earlier?.rollbacks ?? [];
  }

  /** Whether the run will go on after an error. */
  isOvercome(error: unknown): boolean {
    if (!this.alone) return false;
    if (error instanceof DeviceLostError) return this.deviceLosses < MOST_LOSSES;
    if (!(error instanceof DivergenceError) || this.request.asked.onDivergence !== "rollback") return false;
    return this.folder !== undefined && this.rollbacks.length < MOST_ROLLBACKS;
  }

  /**
   * Changes the request so that the run goes on from its newest checkpoint that is good, or from its beginning, and says so. All that the
   * failed attempt used must have been freed.
   *
   * @throws The error, if it cannot be overcome.
   */
  async overcome(error: unknown): Promise<void> {
    if (!this.isOvercome(error)) throw error;
    if (error instanceof DivergenceError) return await this.#rollBack(error);
    this.deviceLosses++;
    const from = await this.#resume();
    console.error(`${(error as Error).message} It is opened again, and the run goes on from ${from}.`);
  }

  async #rollBack(error: DivergenceError): Promise<void> {
    const learningRate = this.learningRate / 2;
    const rollbacks = [...this.rollbacks, { divergedAt: error.step, learningRate }];
    const from = await this.#resume(error.divergence.lastGood);
    const { asked } = this.request;
    this.request = { ...this.request, rollbacks, asked: { ...asked, ...otherRatesHalved(asked), learningRate } };
    console.error(`${error.message} The run goes back to ${from}, with a learning rate of ${learningRate}.`);
  }

  /** Makes the request one for resuming the run, if it has a folder; returns what it goes on from. */
  async #resume(lastGood?: number): Promise<string> {
    const { folder: path, request } = this;
    if (path === undefined) return "its beginning";
    const folder = await resumeRunFolder(path);
    if (lastGood !== undefined) await folder.goBackTo(lastGood);
    const earlier = await EarlierRun.read(folder, this.task);
    const { software, adapter } = request.asked;
    const asked = this.started
      ? { ...earlier.values, ...software && { software }, ...adapter !== undefined && { adapter } }
      : request.asked;
    const limits = this.started ? {} : request.limits;
    this.request = { asked, file: earlier.file, limits, earlier, chosenHere: false, place: request.place };
    const latest = await folder.latestCheckpoint();
    return latest === undefined ? "its beginning" : `the checkpoint of step ${latest.step}`;
  }
}

/** Half of the given rates besides the learning rate, such as that of Adam within Muon; by default they follow the learning rate. */
function otherRatesHalved(asked: object): Record<string, number> {
  const given = Object.entries(asked).filter(([name, value]) =>
    /LearningRate$/.test(name) && typeof value === "number"
  );
  return Object.fromEntries(given.map(([name, value]) => [name, value / 2]));
}
