import { OPTIONS } from "../hyperparameter/arguments.ts";
import { checkMember } from "../hyperparameter/members.ts";
import { adaHessianEKind, adaHessianJKind } from "./ada_hessian.ts";
import { adamKind, adamWKind } from "./adam.ts";
import { clipGradient } from "./clip_gradient.ts";
import { esgdKind } from "./esgd.ts";
import { esgdMaxKind } from "./esgd_max.ts";
import { esgdSoapKind } from "./esgd_soap.ts";
import type { OptimizerKind } from "./kind.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import { gaussNewtonKind } from "./gauss_newton.ts";
import { kfacKind } from "./kfac.ts";
import { muonKind } from "./muon.ts";
import { sgdKind } from "./sgd.ts";
import { shampooKind } from "./shampoo.ts";
import { soapKind } from "./soap.ts";
import { sophiaHKind } from "./sophia.ts";

/** An optimizer as it stands in a run's configuration: name and hyper-parameters side by side. */
export interface OptimizerConfig {
  /** Its name in the registry. */
  readonly name: string;
  /** Its hyper-parameters; those left out or undefined take their defaults. `clipNorm` goes with every optimizer. */
  readonly [option: string]: number | string | boolean | readonly number[] | undefined;
}

/** Every optimizer. */
export const optimizerKinds: readonly OptimizerKind[] = [
  sgdKind,
  adamKind,
  adamWKind,
  esgdKind,
  esgdMaxKind,
  esgdSoapKind,
  adaHessianEKind,
  adaHessianJKind,
  sophiaHKind,
  muonKind,
  soapKind,
  shampooKind,
  kfacKind,
  gaussNewtonKind,
];

/** The names that {@linkcode optimizerFromConfig} knows. */
export const optimizerNames: readonly string[] = optimizerKinds.map(({ name }) => name);

/**
 * Adds an optimizer, which {@linkcode optimizerFromConfig} then knows by its name.
 *
 * @throws If there is one of this name.
 */
export function registerOptimizer(kind: OptimizerKind): void {
  if (optimizerNames.includes(kind.name)) throw new Error(`optimizer: expected another name than ${kind.name}.`);
  (optimizerKinds as OptimizerKind[]).push(kind);
  (optimizerNames as string[]).push(kind.name);
}

/**
 * Makes an optimizer from its name and hyper-parameters. `{ name: spec.name, ...spec.options }` makes the same one again.
 *
 * @throws If the name or a hyper-parameter is unknown, or one is out of range.
 */
export function optimizerFromConfig(config: OptimizerConfig): OptimizerSpec {
  checkMember("optimizerFromConfig", config, OPTIONS);
  const { name, clipNorm, ...options } = config;
  const kind = optimizerKinds.find((each) => each.name === name);
  if (kind === undefined) {
    throw new Error(`optimizer: expected one of ${optimizerNames.join(", ")}, found ${JSON.stringify(name)}.`);
  }
  const spec = kind.make(options as never);
  return clipNorm === undefined ? spec : clipGradient(spec, clipNorm as number);
}
