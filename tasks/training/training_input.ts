import type { TrainingData } from "../../lib/data/training_data.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { SettledValues } from "./options.ts";

/** Figures by name, as in `metrics.jsonl`. */
export type Figures = Readonly<Record<string, number>>;

/** Figures and other results that `summary.json` records of an input. */
export type Summary = Readonly<Record<string, unknown>>;

/** The figure that tells how good a field is. */
export interface Quality {
  /** Its name among the figures. */
  readonly figure: string;
  /** In words. */
  readonly name: string;
  /** On a plot's axis, with its unit. */
  readonly label: string;
  /** Digits behind the point. */
  readonly digits: number;
  /** What stands behind the number. */
  readonly unit?: string;
}

/** What closing a run may take, and where it tells of it. */
export interface Closing {
  /** Shows what is being done. */
  readonly say: (what: string) => void;
  /** Writes a line that stays. */
  readonly print: (line: string) => void;
  /** Ends what a run can do without. */
  readonly signal: AbortSignal;
  /** What that may take on a software adapter, about. */
  readonly seconds: number;
}

/** What a run is trained on, on the device: its samples, how a field is measured against it, and what files a run leaves. */
export interface TrainingInput extends Disposable {
  /** The options. */
  readonly values: SettledValues;
  /** Samples to train on. */
  readonly data: TrainingData;
  /** What is minimised. */
  readonly objective: Objective;
  /** Numbers that a field of it has. */
  readonly outputs: number;
  /** What is shown and plotted of the figures. */
  readonly quality: Quality;
  /** What `config.json` says of it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Longest training between two evaluations, in seconds, where epochs may be long. */
  readonly evaluationInterval?: number;
  /**
   * Refuses to go on with a run on something else.
   *
   * @param config What the run's `config.json` says.
   * @throws {UserError} If that is not what the run was started on.
   */
  checkUnchanged(config: Readonly<Record<string, unknown>>): void;
  /** Writes what should be there from the start of a run. */
  begin?(folder: RunFolder): Promise<void>;
  /** Measures the field as it is; called when everything recorded has run. */
  measure(field: Field): Promise<Figures>;
  /** Writes a picture of the field as last measured, under a name without ending. */
  snapshot(field: Field, folder: RunFolder, name: string): Promise<void>;
  /**
   * Writes what a run leaves, the field being as last measured, and measures once more what is worth it: `summary.json` has
   * these figures, and the last ones of `measure` that are not among them.
   */
  conclude(field: Field, folder: RunFolder, event: TrainEvent, closing: Closing): Promise<Summary>;
}
