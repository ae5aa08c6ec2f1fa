import type { FieldDescription } from "../../lib/field/description.ts";
import type { AdapterDescription } from "../../lib/gpu/adapter_description.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { PageCommand } from "../run/page/model.ts";
import type { Command, Values } from "../shell/command.ts";
import type { OptimizerDefaults } from "./optimizer_defaults.ts";
import type { FieldDefaults, SettledValues, TrainingValues } from "./options.ts";
import type { DataShapes } from "./config_shape.ts";
import type { TrainingInput } from "./training_input.ts";

/** The values of a training task's command. */
export type TaskValues<C extends Command> = Values<C> & TrainingValues;

/** A picture that a run writes and reports show. */
export interface RunPicture {
  /** The file's name in the run's folder. */
  readonly file: string;
  /** The title, which says what the picture shows. */
  readonly title: string;
  /** Whether the picture shows the input, which makes it the same for all runs on that input. */
  readonly shared?: boolean;
}

/** What a task is given while it loads its input. */
export interface Loading {
  /** Ends loading between its parts, by throwing the signal's reason. */
  readonly signal: AbortSignal;
  /** Shows what is being done, such as "photograph 3 of 100", and how much of the whole is done, from 0 to 1. */
  readonly say: (what: string, part?: number) => void;
  /** Shows which part of loading begins, lets signals have their turn, and throws the signal's reason if loading is to end. */
  readonly next: (what: string) => Promise<void>;
}

/** The sizes of a task's fields and batches, for choosing kernels without loading anything. */
interface FieldSizes<V> {
  /** Numbers that a field has as outputs. */
  readonly outputs: number;
  /** Rows of the field's input per sample; 1 by default. */
  readonly rowsPerSample?: (values: V) => number;
  /** Values by which fields differ in size, each together with the defaults of all others; by default just the defaults. */
  readonly variants?: readonly Partial<V>[];
}

/** A task that trains a field on one input. Its command has the training options, and its positional arguments are files. */
export interface TrainingTask<
  C extends Command = Command,
  S extends TaskValues<C> & SettledValues = TaskValues<C> & SettledValues,
> {
  /** The name of the task, as in `deno task NAME` and in the path of its runs. */
  readonly name: string;
  /** The command line. */
  readonly command: C;
  /** Fills in values that depend on the adapter or on other values. Values that are given stay as they are. */
  readonly settle: (values: TaskValues<C>, adapter: Pick<AdapterDescription, "software">) => S;
  /** The number of epochs if neither epochs nor minutes are given. */
  readonly defaultEpochs: (values: S) => number;
  /** The field that the options describe, with so many outputs and, where the data decide that, inputs. */
  readonly field: (values: S, outputs: number, inputs?: number) => FieldDescription;
  /** Hyper-parameters of activations and encodings that differ from their own defaults; none by default. */
  readonly fieldDefaults?: FieldDefaults;
  /** The names of options whose defaults depend on `--preset`, besides those of optimizers; none by default. */
  readonly presetOptions?: readonly string[];
  /** Defaults of the optimizers' hyper-parameters. */
  readonly optimizerDefaults: (values: S) => OptimizerDefaults;
  /** The sizes of its fields and batches. */
  readonly sizes: FieldSizes<S>;
  /**
   * What `config.json` has about the data ({@linkcode TrainingInput.config}), by key: an entry that is something else is refused where a run
   * is resumed or its options are taken. Nothing is checked by default.
   */
  readonly dataShapes?: DataShapes;
  /** Reads the input and loads it on the device. */
  readonly load: (values: S, gpu: Gpu, loading: Loading) => Promise<TrainingInput>;
  /**
   * The names of input files, which a comparison over a folder looks for. If inputs are folders, the names of the files by which
   * such a folder is recognised.
   */
  readonly inputs?: RegExp;
  /** Whether an input is a folder. */
  readonly takesFolders?: boolean;
  /** The pictures of a finished run that reports show side by side with those of other runs. */
  readonly pictures?: readonly RunPicture[];
  /** Commands of the task for the run in this folder, besides the one that goes on with it. */
  readonly commands?: (path: string) => readonly PageCommand[];
}
