import { checkOptions } from "../hyperparameter/members.ts";
import type { AnyHyperparameters, Hyperparameters } from "../hyperparameter/hyperparameter.ts";
import type { Objective } from "./objective.ts";
import type { PointwiseOptions } from "./pointwise.ts";

/** What the registry knows of an objective that can be chosen by its name. */
export interface ObjectiveKind {
  /** Its name in configurations and on the command line. */
  readonly name: string;
  /** Other names that the command line accepts for it. */
  readonly aliases?: readonly string[];
  /** What it takes the field's outputs for: values like the targets, or logits of probabilities. */
  readonly outputs: "values" | "logits";
  /** Its hyper-parameters. */
  readonly hyperparameters: AnyHyperparameters;
  /** Makes one, with defaults for the options that are left out. */
  readonly make: (options?: PointwiseOptions & Readonly<Record<string, unknown>>) => Objective;
}

/** An {@linkcode ObjectiveKind} whose declaration is that of the options which its function takes, besides the output. */
export function objectiveKind<Options extends object>(kind: {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly outputs: ObjectiveKind["outputs"];
  readonly hyperparameters: Hyperparameters<Omit<Options, keyof PointwiseOptions>>;
  readonly make: (options?: Options) => Objective;
}): ObjectiveKind {
  checkOptions("objectiveKind", kind, { name: true, aliases: true, outputs: true, hyperparameters: true, make: true });
  return kind as unknown as ObjectiveKind;
}
