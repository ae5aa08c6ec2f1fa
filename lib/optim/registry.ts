import { adam, adamW } from "./adam.ts";
import { esgd } from "./esgd.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

/** Optimizers by name, for configuration files and command lines. */
export const optimizers: Readonly<Record<string, (options?: Record<string, never>) => OptimizerSpec>> = {
  adam,
  adamW,
  esgd,
  sgd,
};
