import type { AnyHyperparameters, Hyperparameters } from "../hyperparameter/hyperparameter.ts";
import type { OptimizerSpec } from "./optimizer.ts";

/** What the registry knows of an optimizer. */
export interface OptimizerKind {
  /** Its name in configurations and on the command line. */
  readonly name: string;
  /** Other names that the command line accepts for it. */
  readonly aliases?: readonly string[];
  /** The source: authors and years, without a full stop. */
  readonly paper: string;
  /** Its hyper-parameters. */
  readonly hyperparameters: AnyHyperparameters;
  /** Makes the optimizer. It takes options of its own, which only it can check. */
  readonly make: (options: never) => OptimizerSpec;
}

/** An {@linkcode OptimizerKind} whose declaration is that of the options which its function takes. */
export function optimizerKind<Options>(kind: {
  readonly name: string;
  readonly paper: string;
  readonly hyperparameters: Hyperparameters<Options>;
  readonly make: (options: Options) => OptimizerSpec;
}): OptimizerKind {
  return kind as unknown as OptimizerKind;
}
