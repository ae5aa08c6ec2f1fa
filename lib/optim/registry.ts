import { adaHessianE, adaHessianJ } from "./ada_hessian.ts";
import { adam, adamW } from "./adam.ts";
import { clipGradient } from "./clip_gradient.ts";
import { esgd } from "./esgd.ts";
import { esgdMax } from "./esgd_max.ts";
import { esgdSoap } from "./esgd_soap.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import { gaussNewton } from "./gauss_newton.ts";
import { kfac } from "./kfac.ts";
import { muon } from "./muon.ts";
import { sgd } from "./sgd.ts";
import { shampoo } from "./shampoo.ts";
import { soap } from "./soap.ts";
import { sophiaH } from "./sophia.ts";

/** An optimizer as it stands in a run's configuration: name and hyper-parameters side by side. */
export interface OptimizerConfig {
  /** Its name in the registry. */
  readonly name: string;
  /** Its hyper-parameters; those left out or undefined take their defaults. `clipNorm` goes with every optimizer. */
  readonly [option: string]: number | string | boolean | readonly number[] | undefined;
}

/** Each takes options of its own, which only it can check. */
const REGISTRY: Readonly<Record<string, (options: never) => OptimizerSpec>> = {
  sgd,
  adam,
  adamW,
  esgd,
  esgdMax,
  esgdSoap,
  adaHessianE,
  adaHessianJ,
  sophiaH,
  muon,
  soap,
  shampoo,
  kfac,
  gaussNewton,
};

/** The names that {@linkcode optimizerFromConfig} knows. */
export const optimizerNames: readonly string[] = Object.keys(REGISTRY);

/**
 * Makes an optimizer from its name and hyper-parameters. `{ name: spec.name, ...spec.options }` makes the same one again.
 *
 * @throws If the name or a hyper-parameter is unknown, or one is out of range.
 */
export function optimizerFromConfig({ name, clipNorm, ...options }: OptimizerConfig): OptimizerSpec {
  if (!Object.hasOwn(REGISTRY, name)) {
    throw new Error(`optimizer: expected one of ${optimizerNames.join(", ")}, found ${JSON.stringify(name)}.`);
  }
  const spec = REGISTRY[name](options as never);
  return clipNorm === undefined ? spec : clipGradient(spec, clipNorm as number);
}
