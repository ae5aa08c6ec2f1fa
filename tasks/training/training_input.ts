import type { TrainingData } from "../../lib/data/training_data.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import type { Preview } from "../run/preview.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { ClosingPart } from "./closing_parts.ts";
import type { SettledValues } from "./options.ts";

/** Figures by name, as in `metrics.jsonl`. */
export type Figures = Readonly<Record<string, number>>;

/** The part of `summary.json` that an input contributes. */
export type Summary = Readonly<Record<string, unknown>>;

/** The figure that measures the quality of a field. */
export interface Quality {
  /** The name of the figure. */
  readonly figure: string;
  /** The name that is shown. */
  readonly name: string;
  /** The label of a plot's axis, with the unit. */
  readonly label: string;
  /** The number of decimals. */
  readonly digits: number;
  /** The unit, which is shown after the number. */
  readonly unit?: string;
}

/** How long a run's measurements besides evaluations take, in seconds. */
export interface Estimate {
  /** A picture of the field at its last measurement. */
  readonly snapshot: number;
  /** The parts of the closing measurements, the most important first. */
  readonly closing: readonly ClosingPart[];
}

/** What an input is given for the closing measurements of a run. */
export interface Closing {
  /**
   * Shows on the progress line which part of the measurements begins. It lets signals and timers have their turn, and throws the
   * signal's reason if the measurements are to stop.
   */
  readonly next: (what: string) => Promise<void>;
  /** Shows a text on the progress line, and the part of it that is done, from 0 to 1. */
  readonly say: (what: string, part?: number) => void;
  /** Prints a line that stays. */
  readonly print: (line: string) => void;
  /**
   * Makes a part of the measurements and returns its result, unless the deadline leaves no time for it: then the part is named among those
   * that were left out.
   *
   * @param what What the part does, for the progress line.
   * @param work Makes the part, and throws the signal's reason if it is to stop.
   * @param seconds How long the part takes, as far as is known.
   */
  readonly part: <T>(what: string, work: () => T | Promise<T>, seconds?: number) => Promise<T | undefined>;
  /** Names what the deadline left no time for, and the command that makes it later, if it is not the one that resumes the run. */
  readonly leaveOut: (what: string, command?: string) => void;
  /** Whether what is not measured is left out for the deadline, and not because a signal stopped the run. */
  readonly isLate: () => boolean;
  /** The seconds until the deadline; Infinity without one. */
  readonly left: () => number;
  /** Stops the measurements, also at the deadline. For a run that was stopped during training, it is aborted after a few seconds. */
  readonly signal: AbortSignal;
  /** Whether a signal stopped the run during training. */
  readonly stopped: boolean;
  /** About how many seconds the optional measurements may take on a software adapter. */
  readonly seconds: number;
}

/** What a run trains on, on the device. It has the samples, measures a field and writes the files of a run. */
export interface TrainingInput extends Disposable {
  /** The options of the run. */
  readonly values: SettledValues;
  /** Samples to train on. */
  readonly data: TrainingData;
  /** The objective that training minimises. */
  readonly objective: Objective;
  /** The number of outputs of a field. */
  readonly outputs: number;
  /** The number of inputs of a field; by default the task's. */
  readonly inputs?: number;
  /** The figure that is shown and plotted. */
  readonly quality: Quality;
  /** Additional entries of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The SHA-256 of all numbers that are trained on and measured against, unless `config` tells others in another way. */
  readonly dataHash?: string;
  /** The longest training time between two evaluations, in seconds, if epochs may be long. */
  readonly evaluationInterval?: number;
  /**
   * Checks that a resumed run trains on the same thing as before.
   *
   * @param config The run's `config.json`.
   * @throws {UserError} If it does not.
   */
  checkUnchanged(config: Readonly<Record<string, unknown>>): void;
  /** Writes the files that a run has from its start. */
  begin?(folder: RunFolder): Promise<void>;
  /**
   * Measures the field. It is called when the device has completed all recorded work.
   *
   * @param signal Stops the measurement by throwing the signal's reason.
   */
  measure(field: Field, signal?: AbortSignal): Promise<Figures>;
  /**
   * Writes a picture of the field at its last measurement; `name` has no extension.
   *
   * @param signal Stops the drawing by throwing the signal's reason.
   */
  snapshot(field: Field, folder: RunFolder, name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Draws the field at its last measurement, for the page of the run. It should take no longer than the measurement.
   *
   * @param signal Stops the drawing by throwing the signal's reason.
   */
  preview?(field: Field, signal?: AbortSignal): Promise<Preview>;
  /**
   * Estimates how long measurements take; not needed where they are short.
   *
   * @param evaluation Seconds of the last call of `measure`.
   */
  estimate?(evaluation: number): Estimate;
  /**
   * Writes the results of a run and makes the closing measurements. The field has not changed since its last measurement.
   *
   * @returns Figures for `summary.json`, in addition to those of the last `measure`.
   */
  conclude(field: Field, folder: RunFolder, event: TrainEvent, closing: Closing): Promise<Summary>;
}
