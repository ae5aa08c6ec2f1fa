import type { FieldDescription } from "../../lib/field/description.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import type { Command, Values } from "../shell/command.ts";
import type { TrainingValues } from "./options.ts";
import type { TrainingSubject } from "./subject.ts";

/** The values of a training task's command. */
export type TaskValues<C extends Command> = Values<C> & TrainingValues;

/** A task that trains a field on one thing. Its command has the training options; its positionals are files. */
export interface TrainingTask<C extends Command = Command> {
  /** That of its runs' folder and of `deno task NAME`. */
  readonly name: string;
  /** What can be typed. */
  readonly command: C;
  /** Epochs where neither epochs nor minutes are given. */
  readonly defaultEpochs: number;
  /** What is minimised. */
  readonly objective: () => Objective;
  /** The field that the options describe, of so many outputs. */
  readonly field: (values: TaskValues<C>, outputs: number) => FieldDescription;
  /** The optimizer that the options describe; refuses hyper-parameters that it does not have. */
  readonly optimizer: (values: TaskValues<C>) => OptimizerSpec;
  /** Reads what is trained on, before a device is opened; what it returns puts it there. */
  readonly load: (values: TaskValues<C>) => Promise<(gpu: Gpu) => TrainingSubject>;
}
