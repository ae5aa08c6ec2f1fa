import type { AnyHyperparameters, Hyperparameters } from "../../hyperparameter/hyperparameter.ts";
import type { Encoding } from "./encoding.ts";

/** What the registry knows of an encoding. */
export interface EncodingKind {
  /** Its name in configurations and on the command line. */
  readonly name: string;
  /** Its hyper-parameters. */
  readonly hyperparameters: AnyHyperparameters;
  /** Makes one, with defaults for the options that are left out. */
  readonly make: (options?: Record<string, number>) => Encoding;
}

/** An {@linkcode EncodingKind} whose declaration is that of the options which its function takes. */
export function encodingKind<Options extends object>(kind: {
  readonly name: string;
  readonly hyperparameters: Hyperparameters<Options>;
  readonly make: (options?: Options) => Encoding;
}): EncodingKind {
  return kind as unknown as EncodingKind;
}
