import { networkName } from "../network_choice.ts";
import known from "./known_runs.json" with { type: "json" };

/** The hidden layers and units of the fields that were compared. */
export const KNOWN_FIELD = { layers: 4, width: 256 } as const;

/** Whether a field has the size of those that were compared. */
export function isKnownField(values: object): boolean {
  const { layers, width } = values as Partial<Record<string, unknown>>;
  return layers === KNOWN_FIELD.layers && width === KNOWN_FIELD.width;
}

/** A finished training of a field of {@linkcode KNOWN_FIELD}: what it reached on an input after so many steps. */
export interface KnownRun {
  readonly input: string;
  readonly seed: number;
  /** All steps of the run, which its schedule was made for. */
  readonly steps: number;
  /** The task's own figure: PSNR in dB, or the IoU at uniform points. */
  readonly quality: number;
}

/** An optimizer with the settings with which it was trained. */
interface KnownOptimizer {
  readonly optimizer: string;
  readonly learningRate: number;
  readonly schedule: string;
  readonly runs: readonly KnownRun[];
}

/** The comparison of optimizers on one kind of network. */
export interface KnownComparison {
  /** Samples of a step. */
  readonly batchSize: number;
  readonly optimizers: readonly KnownOptimizer[];
}

type KnownTasks = Readonly<
  Record<string, { readonly batchSize: number; readonly networks: Readonly<Record<string, readonly KnownOptimizer[]>> }>
>;

/** The comparison that there is for a task and the network that the options choose; docs/advise.md says how it was made. */
export function knownComparison(
  task: string,
  values: { readonly activation: string; readonly encoding?: string },
): KnownComparison | undefined {
  const tasks: KnownTasks = known;
  const found = tasks[task];
  const optimizers = found?.networks[networkName(values)];
  return optimizers && { batchSize: found.batchSize, optimizers };
}
