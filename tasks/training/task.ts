import type { FieldDescription } from "../../lib/field/description.ts";
import type { AdapterDescription } from "../../lib/gpu/adapter.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Command, Values } from "../shell/command.ts";
import type { OptimizerDefaults } from "./optimizer_defaults.ts";
import type { SettledValues, TrainingValues } from "./options.ts";
import type { TrainingInput } from "./training_input.ts";

/** The values of a training task's command. */
export type TaskValues<C extends Command> = Values<C> & TrainingValues;

/** A picture that a run leaves, for reports. */
export interface RunPicture {
  /** In the run's folder. */
  readonly file: string;
  /** Says what it shows. */
  readonly title: string;
  /** Whether it shows what is trained on, so that it is the same for all runs on it. */
  readonly shared?: boolean;
}

/** The sizes of a task's fields and batches, for choosing kernels without loading anything. */
export interface FieldSizes<V> {
  /** Numbers that a field has as outputs. */
  readonly outputs: number;
  /** Rows of the field's input per sample; 1 by default. */
  readonly rowsPerSample?: (values: V) => number;
  /** Values by which fields differ in size, each together with the defaults of all others; by default just the defaults. */
  readonly variants?: readonly Partial<V>[];
}

/** A task that trains a field on one thing. Its command has the training options; its positionals are files. */
export interface TrainingTask<
  C extends Command = Command,
  S extends TaskValues<C> & SettledValues = TaskValues<C> & SettledValues,
> {
  /** That of its runs' folder and of `deno task NAME`. */
  readonly name: string;
  /** What can be typed. */
  readonly command: C;
  /** Fills in what depends on the adapter or on other values; what is filled in already stays as it is. */
  readonly settle: (values: TaskValues<C>, adapter: Pick<AdapterDescription, "software">) => S;
  /** Epochs where neither epochs nor minutes are given. */
  readonly defaultEpochs: (values: S) => number;
  /** The field that the options describe, of so many outputs. */
  readonly field: (values: S, outputs: number) => FieldDescription;
  /** Defaults of the optimizers' hyper-parameters. */
  readonly optimizerDefaults: (values: S) => OptimizerDefaults;
  /** The sizes of its fields and batches. */
  readonly sizes: FieldSizes<S>;
  /** Reads what is trained on and puts it on the device. */
  readonly load: (values: S, gpu: Gpu) => Promise<TrainingInput>;
  /**
   * Names of files: of those in a folder that are to be trained on one by one, for comparisons over a folder; or, for tasks whose
   * inputs are folders, of those by which one is known.
   */
  readonly inputs?: RegExp;
  /** Whether an input is a folder. */
  readonly takesFolders?: boolean;
  /** What of a finished run is worth seeing beside other runs' results. */
  readonly pictures?: readonly RunPicture[];
}
