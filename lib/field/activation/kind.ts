import { checkOptions } from "../../hyperparameter/members.ts";
import type { AnyHyperparameters, Hyperparameters } from "../../hyperparameter/hyperparameter.ts";
import type { Activation } from "./activation.ts";

/** What the registry knows of an activation. */
export interface ActivationKind {
  /** Its name in configurations and on the command line. */
  readonly name: string;
  /** Other names that the command line accepts for it. */
  readonly aliases?: readonly string[];
  /** Its hyper-parameters. */
  readonly hyperparameters: AnyHyperparameters;
  /** Makes one, with defaults for the options that are left out. */
  readonly make: (options?: Record<string, number>) => Activation;
}

/** An {@linkcode ActivationKind} whose declaration is that of the options which its function takes. */
export function activationKind<Options extends object>(kind: {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly hyperparameters: Hyperparameters<Options>;
  readonly make: (options?: Options) => Activation;
}): ActivationKind {
  checkOptions("activationKind", kind, { name: true, aliases: true, hyperparameters: true, make: true });
  return kind as unknown as ActivationKind;
}
