import type { Picture } from "../../lib/data/picture.ts";
import type { Activation } from "../../lib/field/activation.ts";
import { gabor } from "../../lib/field/activation/gabor.ts";
import { gaussian } from "../../lib/field/activation/gaussian.ts";
import { relu } from "../../lib/field/activation/relu.ts";
import { sinc } from "../../lib/field/activation/sinc.ts";
import { sine } from "../../lib/field/activation/sine.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { positionalEncoding } from "../../lib/field/encoding.ts";
import { mlp } from "../../lib/field/mlp.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { type OptimizerConfig, optimizerFromConfig } from "../../lib/optim/registry.ts";
import { constant, cosine, exponential, linearWarmup, type Schedule, stepDecay } from "../../lib/train/schedule.ts";
import type { ImageValues } from "./command.ts";
import { activationOptions, checkOptimizerOptions, optimizerOptions } from "./hyperparameters.ts";

const activationOf: Record<ImageValues["activation"], (options?: Record<string, number>) => Activation> = {
  gaussian,
  sine,
  wavelet: gabor,
  sinc,
  "relu-pe": relu,
  relu,
};

/** The field that the options describe. */
export function fieldFor(values: ImageValues, picture: Pick<Picture, "channels">): FieldDescription {
  return mlp({
    inputs: 2,
    hidden: Array(values.layers).fill(values.width),
    outputs: picture.channels,
    activation: activationOf[values.activation](activationOptions(values)),
    encoding: values.activation === "relu-pe" ? positionalEncoding({ octaves: values.octaves ?? 8 }) : undefined,
  });
}

/** Base rates by activation; `other` for those without an entry of their own. */
type Rates = Readonly<Partial<Record<ImageValues["activation"], number>>> & { readonly other: number };

const relus = (rate: number) => ({ relu: rate, "relu-pe": rate });
const adamRates = { ...relus(1e-3), other: 1e-4 };
const hessianRates = { ...relus(0.1), other: 0.15 };

/** Rates found best at a constant rate, or the published ones. */
const rates: Readonly<Record<string, Rates>> = {
  sgd: { other: 1 },
  adam: adamRates,
  adamW: adamRates,
  esgd: { ...relus(0.1), other: 0.5 },
  esgdMax: { ...relus(0.1), other: 0.5 },
  adaHessianE: hessianRates,
  adaHessianJ: hessianRates,
  sophiaH: adamRates,
  shampoo: { other: 0.1 },
  kfac: adamRates,
  gaussNewton: { other: 1e-3 },
  // From here on found best with a cosine schedule.
  muon: { ...relus(0.01), gaussian: 3e-3, other: 1e-3 },
  soap: { ...relus(3e-3), gaussian: 6e-4, other: 3e-4 },
};

/** Options besides the rate that depend on the activation. */
const dampings: Rates = { ...relus(0.03), other: 0.01 };

/** Options that do not depend on the activation; Shampoo's roots at every step cost several times what the gradient does. */
const taskOptions: Readonly<Record<string, Omit<OptimizerConfig, "name">>> = { shampoo: { updateEvery: 10 } };

/** What the published comparison sets differently. */
const publishedOptions: Readonly<Record<string, { rates?: Rates; options?: Omit<OptimizerConfig, "name"> }>> = {
  esgd: { rates: hessianRates, options: { initialProbes: 1, biasCorrection: "steps", relativeDamping: undefined } },
  esgdMax: { rates: hessianRates },
  adaHessianJ: { options: { published: true } },
  shampoo: { options: { updateEvery: 1 } },
};

/** The optimizer that the options describe. */
export function optimizerFor(values: ImageValues): OptimizerSpec {
  const { preset, activation, optimizer: name, clipNorm } = values;
  const published = preset === "paper" ? publishedOptions[name] : undefined;
  const byActivation = (numbers: Rates) => numbers[activation] ?? numbers.other;
  const config = {
    name,
    learningRate: values.learningRate ?? byActivation(published?.rates ?? rates[name]),
    ...(name === "esgd" && { relativeDamping: byActivation(dampings) }),
    ...taskOptions[name],
    ...published?.options,
    clipNorm,
  };
  checkOptimizerOptions(values, optimizerFromConfig(config));
  return optimizerFromConfig({ ...config, ...optimizerOptions(values) });
}

const scheduleOf: Readonly<Record<ImageValues["schedule"], (steps: number) => Schedule>> = {
  constant,
  cosine: (steps) => cosine({ steps }),
  exponential: (steps) => exponential({ steps, final: 0.01 }),
  step: (steps) => stepDecay({ every: Math.ceil(steps / 3), factor: 0.1 }),
  warmup: (steps) => linearWarmup({ steps: Math.max(1, Math.round(steps / 20)) }),
};

/**
 * The schedule that the options describe.
 *
 * @param steps Its horizon.
 */
export function scheduleFor(values: ImageValues, steps: number): Schedule {
  return scheduleOf[values.schedule](steps);
}
