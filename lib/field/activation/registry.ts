import type { Activation } from "./activation.ts";
import { gabor } from "./gabor.ts";
import { gaussian } from "./gaussian.ts";
import { identity } from "./identity.ts";
import { relu } from "./relu.ts";
import { sigmoid } from "./sigmoid.ts";
import { sinc } from "./sinc.ts";
import { sine } from "./sine.ts";
import { softplus } from "./softplus.ts";

/** All activations by name, for configuration files and options. */
export const activations: Readonly<Record<string, (options?: Record<string, number>) => Activation>> = {
  gabor,
  gaussian,
  identity,
  relu,
  sigmoid,
  sinc,
  sine,
  softplus,
};
