import { gaussian } from "../../lib/field/activation/gaussian.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { positionalEncoding } from "../../lib/field/encoding.ts";
import { radianceField } from "../../lib/field/radiance_field.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { optimizerFromConfig } from "../../lib/optim/registry.ts";
import { cosine, exponential, type Schedule } from "../../lib/train/schedule.ts";
import { activationOf } from "../training/network.ts";
import { scheduleOf } from "../training/schedule.ts";
import type { NerfValues } from "./command.ts";

const PRESETS = {
  tiny: { depth: 4, width: 64, samples: 24, rays: 256, densityScale: 4, schedule: "cosine", epochs: 2 },
  small: { depth: 6, width: 128, samples: 48, rays: 512, densityScale: 4, schedule: "cosine", epochs: 4 },
  paper: { depth: 8, width: 256, samples: 128, rays: 2048, densityScale: 1, schedule: "exponential", epochs: 20 },
} as const;

/** More than any run makes. */
const NO_LIMIT = 1_000_000;

/** Options whose defaults depend on the adapter or the preset, filled in. */
export type ResolvedValues = NerfValues & Required<Pick<NerfValues, "preset">> & {
  depth: number;
  width: number;
  samples: number;
  rays: number;
  densityScale: number;
  schedule: NonNullable<NerfValues["schedule"]>;
  epochs: number;
  /** Horizon of the schedule; fixed at the first start. */
  scheduleSteps?: number;
};

/** Fills in what depends on the adapter and the preset. */
export function resolveValues(values: NerfValues, software: boolean): ResolvedValues {
  const preset = values.preset ?? (!software ? "paper" : values.scene === undefined ? "tiny" : "small");
  const epochs = values.epochs ?? (values.minutes === undefined ? PRESETS[preset].epochs : NO_LIMIT);
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as NerfValues;
  const size = values.size ?? (software ? 126 : undefined);
  return { ...PRESETS[preset], ...given, preset, size, epochs } as ResolvedValues;
}

/** The field that the options describe. */
export function fieldFor({ activation, depth, width }: ResolvedValues): FieldDescription {
  const encoded = activation === "relu-pe";
  return radianceField({
    activation: activation === "gaussian" ? gaussian({ sigma: 0.1 }) : activationOf[activation](),
    depth,
    width,
    ...encoded && {
      positionEncoding: positionalEncoding({ octaves: 10 }),
      directionEncoding: positionalEncoding({ octaves: 4 }),
    },
  });
}

/** How rays become pixels. */
export function volumeFor({ samples, densityScale }: ResolvedValues, background: "black" | "white"): VolumeOptions {
  return { intervals: samples, background, densityScale };
}

/** Rates with a cosine schedule, ReLU's with an encoding apart; those of Adam depend on more. */
const rates: Readonly<Record<string, { readonly relu: number; readonly other: number }>> = {
  sgd: { relu: 1, other: 1 },
  esgd: { relu: 0.5, other: 0.5 },
  esgdMax: { relu: 0.5, other: 0.5 },
  muon: { relu: 0.01, other: 3e-3 },
  soap: { relu: 3e-3, other: 2e-3 },
};

/** The optimizer that the options describe; rates found best with a cosine, or the published ones. */
export function optimizerFor(values: ResolvedValues): OptimizerSpec {
  const { preset, activation, optimizer: name } = values;
  const relu = activation === "relu-pe";
  if (preset === "paper" && name === "esgd") {
    const published = { initialProbes: 1, biasCorrection: "steps" as const };
    return optimizerFromConfig({ name, learningRate: values.learningRate ?? 1, ...published });
  }
  // A narrow Gaussian field takes, and needs, larger steps.
  const gaussianRate = preset === "tiny" ? 3e-3 : 1e-3;
  const adamRate = preset === "paper" ? 1e-4 : relu ? 3e-3 : activation === "gaussian" ? gaussianRate : 3e-4;
  const learningRate = values.learningRate ?? rates[name]?.[relu ? "relu" : "other"] ?? adamRate;
  return optimizerFromConfig({
    name,
    learningRate,
    ...name === "esgd" && { relativeDamping: relu ? 0.03 : 0.01 },
    ...name === "shampoo" && { updateEvery: 10 },
  });
}

/** The schedule that the options describe; rates fall to 5 %, with the exponential to 1 %. */
export function scheduleFor(schedule: ResolvedValues["schedule"], steps: number): Schedule {
  if (schedule === "cosine") return cosine({ steps, final: 0.05 });
  if (schedule === "exponential") return exponential({ steps, final: 0.01 });
  return scheduleOf[schedule](steps);
}
