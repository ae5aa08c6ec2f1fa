import type { Field } from "../../lib/field/field.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import type { NewRunOptions } from "../run/new_run.ts";
import type { PageCommand } from "../run/page/model.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { ProgressLine } from "../shell/progress.ts";
import type { Costs } from "./costs.ts";
import type { Deadline } from "./deadline.ts";
import type { RunTotals } from "./earlier_run.ts";
import type { Rollback } from "./rollback.ts";
import type { RunLength } from "./run_length.ts";
import type { RunPicture } from "./task.ts";
import type { TrainingInput } from "./training_input.ts";

/** Settings of a run that is one of many, such as those of a comparison. */
interface RunHabits {
  /** The progress line, which all runs share. */
  readonly progress: ProgressLine;
  /** The text in front of what the run shows on the progress line. */
  readonly prefix: string;
  /** The longest training time between two evaluations, in seconds. */
  readonly evaluationInterval: number;
}

/** What a run is made of. */
export interface RunParts {
  /** The name of the task. */
  readonly task: string;
  /** The run's folder, or where that of a new run will be: it is made when the run can be resumed. */
  readonly folder: RunFolder | NewRunOptions;
  /** How many steps the run has. */
  readonly length: RunLength;
  /** What the run trains on. */
  readonly input: TrainingInput;
  /** The field that is trained. */
  readonly field: Field;
  /** The optimizer of the field's parameters. */
  readonly optimizer: Optimizer;
  /** Stops measurements during training, if they do not end within a few seconds. */
  readonly signal: AbortSignal;
  /** Seconds of training after which a run without more frequent evaluations writes a checkpoint; 60 by default. */
  readonly secondsBetweenCheckpoints?: number;
  /** When the run went back to an earlier checkpoint; never by default. */
  readonly rollbacks?: readonly Rollback[];
  /** How often the device was lost. */
  readonly deviceLosses?: number;
  /** The number of processes that train the field together; 1 by default. */
  readonly processes?: number;
  /** The time by which this process is to have ended. */
  readonly deadline?: Deadline;
  /** The progress line, which is shared with what precedes training; one of its own by default. */
  readonly progress?: ProgressLine;
  /** What was measured of the time besides training, before it. */
  readonly costs?: Costs;
  /** Aborted when the deadline leaves only the time for what follows training. */
  readonly trainingTimeIsOver?: AbortSignal;
  /** What a resumed run had spent on training, if its checkpoint tells; otherwise its last measurement does. */
  readonly spent?: RunTotals;
  /** The pictures of a finished run, for its page. */
  readonly pictures?: readonly RunPicture[];
  /** Further commands for the page of the run in this folder. */
  readonly commands?: (path: string) => readonly PageCommand[];
  /**
   * Settings of a run that is one of many. Such a run writes figures and the task's own files, but no checkpoints and no plot, its page only at
   * the end, and prints little.
   */
  readonly habits?: RunHabits;
}
