import { basename, join } from "@std/path";
import type { Gpu } from "../../lib/gpu/device.ts";
import { createOptimizer } from "../../lib/optim/optimizer.ts";
import { decodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { loadField } from "../../lib/train/saved_field.ts";
import { TASKS } from "../registry.ts";
import type { StepCheckpoint } from "../run/checkpoints.ts";
import { openRunFolder, type RunFolder } from "../run/run_folder.ts";
import { checkShape, word } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { EarlierRun } from "../training/earlier_run.ts";
import { chosenOptimizer } from "../training/optimizer.ts";
import { type RunValues, settledValues } from "../training/stored_values.ts";
import type { TrainingTask } from "../training/task.ts";
import type { TrainingInput } from "../training/training_input.ts";
import type { Moment, MomentPlan } from "./moment.ts";
import type { MomentSource } from "./moment_source.ts";

/** What is read of a run before its checkpoints. */
interface OpenedRun {
  readonly path: string;
  readonly task: TrainingTask;
  readonly values: RunValues;
  readonly input: TrainingInput;
  readonly checkpoints: readonly StepCheckpoint[];
}

/** The field of a run at each of its checkpoints. */
export class RunCheckpoints implements MomentSource {
  readonly along = true;
  readonly plans: readonly MomentPlan[];
  readonly #checkpoints: ReadonlyMap<number, StepCheckpoint>;

  private constructor(readonly gpu: Gpu, readonly run: OpenedRun) {
    const { path, values: { seed }, checkpoints } = run;
    const series = basename(path);
    this.#checkpoints = new Map(checkpoints.map((each) => [each.step, each]));
    this.plans = [...this.#checkpoints.keys()].map((step) => ({ series, seed, step }));
  }

  /**
   * Opens a run and loads its input.
   *
   * @throws {UserError} If there is no such run, or it has no checkpoints.
   */
  static async open(gpu: Gpu, path: string): Promise<RunCheckpoints> {
    const folder = await openRunFolder(path);
    const checkpoints = await folder.stepCheckpoints();
    if (checkpoints.length === 0) throw new UserError(`${folder.path}: expected a checkpoint, found none.`);
    const task = await taskOf(folder);
    const run = await EarlierRun.read(folder, task);
    const values = settledValues(task, { ...run.values }, gpu.adapter, join(folder.path, "config.json"));
    return new RunCheckpoints(gpu, { path, task, values, input: await task.load(values, gpu), checkpoints });
  }

  async open(plan: MomentPlan): Promise<Moment> {
    const { gpu, run: { task, values, input } } = this;
    const { path } = this.#checkpoints.get(plan.step)!;
    const bytes = await EarlierRun.readCheckpoint(path);
    const field = loadField(gpu, bytes, { name: path });
    const restoreOptimizer = () => {
      using made = new DisposableStack();
      const optimizer = made.use(
        createOptimizer(gpu, chosenOptimizer(values, task.optimizerDefaults(values)), field.layout),
      );
      decodeCheckpoint(bytes, field, optimizer, path);
      made.move();
      return optimizer;
    };
    return { ...plan, field, input, restoreOptimizer, [Symbol.dispose]: () => field[Symbol.dispose]() };
  }

  [Symbol.dispose](): void {
    this.run.input[Symbol.dispose]();
  }
}

/** The task of a run. */
async function taskOf(folder: RunFolder): Promise<TrainingTask> {
  const { task } = await folder.readConfig();
  return TASKS.get(checkShape(task, word([...TASKS.keys()]), `${join(folder.path, "config.json")}, task`))!;
}
