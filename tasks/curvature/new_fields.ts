import { createField } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { type RunValues, settledValues } from "../training/stored_values.ts";
import type { TrainingTask } from "../training/task.ts";
import { loadInput } from "../training/load_input.ts";
import type { Moment, MomentPlan } from "./moment.ts";
import type { MomentSource } from "./moment_source.ts";

/** Hidden layers of the small field whose Hessian is computed explicitly. */
const SMALL_LAYERS = 2;

/** Which fields are measured at initialisation. */
interface NewFieldsOptions {
  readonly activations: readonly string[];
  /** Width of the small field. */
  readonly smallWidth: number;
  /** The file or scene; undefined for the task's default. */
  readonly input?: string;
  /** Given options of the task, by their names in camelCase. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** New fields of each activation and seed. */
export class NewFields implements MomentSource {
  /** The options of a run by activation. */
  readonly #values: ReadonlyMap<string, RunValues>;

  /** @throws {UserError} If the options do not fit the task or an activation. */
  constructor(
    readonly gpu: Gpu,
    readonly task: TrainingTask,
    readonly of: NewFieldsOptions,
    readonly signal: AbortSignal,
  ) {
    const { activations, input, options } = of;
    const positional = task.command.positionals?.[0]?.name;
    this.#values = new Map(activations.map((activation) => {
      const stored = { ...options, activation, ...positional !== undefined && { [positional]: input } };
      return [activation, settledValues(task, stored, gpu.adapter, { file: "the command line" })];
    }));
  }

  async open(plan: MomentPlan): Promise<Moment> {
    const { gpu, task, of: { smallWidth } } = this;
    const { series, seed } = plan;
    const values = { ...this.#values.get(series)!, seed };
    using made = new DisposableStack();
    const input = made.use(await loadInput(task, values, gpu, this.signal));
    const field = made.use(createField(gpu, task.field(values, input.outputs, input.inputs), { seed }));
    const small = task.field(
      { ...values, layers: SMALL_LAYERS, width: smallWidth } as RunValues,
      input.outputs,
      input.inputs,
    );
    const owned = made.move();
    return { ...plan, field, input, small, [Symbol.dispose]: () => owned.dispose() };
  }

  [Symbol.dispose](): void {}
}
