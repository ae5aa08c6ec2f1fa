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
import { adam, adamW } from "../../lib/optim/adam.ts";
import { esgd } from "../../lib/optim/esgd.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { sgd } from "../../lib/optim/sgd.ts";
import { constant, cosine, exponential, linearWarmup, type Schedule } from "../../lib/train/schedule.ts";
import type { ImageValues } from "./command.ts";

const activationOf: Record<ImageValues["activation"], () => Activation> = {
  gaussian,
  sine,
  wavelet: gabor,
  sinc,
  "relu-pe": relu,
  relu,
};

/** The field that the options describe. */
export function fieldFor(values: ImageValues, picture: Picture): FieldDescription {
  return mlp({
    inputs: 2,
    hidden: Array(values.layers).fill(values.width),
    outputs: picture.channels,
    activation: activationOf[values.activation](),
    encoding: values.activation === "relu-pe" ? positionalEncoding({ octaves: 8 }) : undefined,
  });
}

/** The optimizer that the options describe; rates found best at a constant rate, or the published ones. */
export function optimizerFor(values: ImageValues): OptimizerSpec {
  const { preset, activation } = values;
  const relus = activation === "relu-pe" || activation === "relu";
  const learningRate = values.learningRate;
  switch (values.optimizer) {
    case "adam":
      return adam({ learningRate: learningRate ?? (relus ? 1e-3 : 1e-4) });
    case "adamW":
      return adamW({ learningRate: learningRate ?? (relus ? 1e-3 : 1e-4) });
    case "sgd":
      return sgd({ learningRate: learningRate ?? 1 });
    case "esgd":
      if (preset === "paper") {
        const published = { initialProbes: 1, biasCorrection: "steps" as const };
        return esgd({ learningRate: learningRate ?? (relus ? 0.1 : 0.15), ...published });
      }
      return esgd({ learningRate: learningRate ?? (relus ? 0.1 : 0.5), relativeDamping: relus ? 0.03 : 0.01 });
  }
}

/** The schedule that the options describe. */
export function scheduleFor(values: ImageValues, stepsPerEpoch: number): Schedule {
  const steps = (values.scheduleEpochs ?? values.epochs) * stepsPerEpoch;
  switch (values.schedule) {
    case "constant":
      return constant();
    case "cosine":
      return cosine({ steps });
    case "exponential":
      return exponential({ steps, final: 0.01 });
    case "warmup":
      return linearWarmup({ steps: Math.max(1, Math.round(steps / 20)) });
  }
}
