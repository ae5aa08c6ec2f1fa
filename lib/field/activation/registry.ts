import type { Activation } from "./activation.ts";
import { gaborKind } from "./gabor.ts";
import { gaussianKind } from "./gaussian.ts";
import { identityKind } from "./identity.ts";
import type { ActivationKind } from "./kind.ts";
import { reluKind } from "./relu.ts";
import { sigmoidKind } from "./sigmoid.ts";
import { sincKind } from "./sinc.ts";
import { sineKind } from "./sine.ts";
import { softplusKind } from "./softplus.ts";

/** Every activation. */
export const activationKinds: readonly ActivationKind[] = [
  gaborKind,
  gaussianKind,
  identityKind,
  reluKind,
  sigmoidKind,
  sincKind,
  sineKind,
  softplusKind,
];

/** Activations by name, for configuration files. */
export const activations: Readonly<Record<string, (options?: Record<string, number>) => Activation>> = Object
  .fromEntries(activationKinds.map(({ name, make }) => [name, make]));

/**
 * Adds an activation, which files with fields and configurations may then name.
 *
 * @throws If there is one of this name.
 */
export function registerActivation(kind: ActivationKind): void {
  const { name, make } = kind;
  if (Object.hasOwn(activations, name)) throw new Error(`activation: expected another name than ${name}.`);
  (activationKinds as ActivationKind[]).push(kind);
  (activations as Record<string, ActivationKind["make"]>)[name] = make;
}
