import type { Field } from "../../lib/field/field.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { scheduleToConfig } from "../../lib/train/schedule_registry.ts";
import { ownFilesRecord } from "../own/own_files.ts";
import { networkConfig } from "./hyperparameters.ts";
import { stepsPerEpochOf } from "./prepared_run.ts";
import { toolState } from "../run/tool_state.ts";
import type { RunLength } from "./run_length.ts";
import type { Rollback } from "./rollback.ts";
import { chosenSchedule } from "./schedule.ts";
import type { TrainingInput } from "./training_input.ts";

/** What determines the configuration of a run. */
export interface ConfiguredRun {
  readonly task: string;
  readonly length: RunLength;
  readonly input: TrainingInput;
  readonly field: Field;
  readonly optimizer: Optimizer;
  /** When the run went back to an earlier checkpoint; never by default. */
  readonly rollbacks?: readonly Rollback[];
  /** The number of processes that train the field together; 1 by default. */
  readonly processes?: number;
}

/**
 * The content of `config.json`: everything that a run depends on. The kernels are known only when training starts.
 *
 * @param runName The name of the run.
 */
export function runConfig(
  { task, length, input, field, optimizer, rollbacks = [], processes }: ConfiguredRun,
  runName: string,
): object {
  const { gpu, description } = field;
  const { values, config, dataHash } = input;
  const { name, options } = optimizer.spec;
  return {
    task,
    options: { ...values, resume: undefined, conclude: undefined, name: runName },
    ...length,
    stepsPerEpoch: stepsPerEpochOf(input),
    quality: input.quality,
    ...networkConfig(values, description),
    optimizer: { name, ...options },
    ...values.objective !== undefined && { objective: { name: values.objective, ...input.objective.options } },
    ...rollbacks.length > 0 && { rollbacks },
    ...ownFilesRecord({
      optimizers: [name],
      activations: [values.activation],
      objectives: values.objective === undefined ? [] : [values.objective],
    }),
    schedule: scheduleToConfig(chosenSchedule(values, length)),
    layers: description.layers.map((layer) => layer.name),
    ...config,
    dataHash,
    adapter: gpu.adapter,
    ...processes !== undefined && { processes },
    kernels: gpu.tuner.choices,
    versions: Deno.version,
    tool: toolState(),
  };
}
