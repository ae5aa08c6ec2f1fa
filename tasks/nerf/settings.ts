import type { FieldDescription } from "../../lib/field/description.ts";
import { positionalEncoding } from "../../lib/field/encoding.ts";
import { radianceField } from "../../lib/field/radiance_field.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { chosenActivation } from "../training/network.ts";
import { chosenOptimizer } from "../training/optimizer.ts";
import { type OptimizerDefaults, optimizerDefaults } from "../training/optimizer_defaults.ts";
import type { SettledValues } from "../training/options.ts";
import type { NerfValues } from "./command.ts";

const PRESETS = {
  tiny: { depth: 4, width: 64, samples: 24, rays: 256, densityScale: 4, schedule: "cosine", epochs: 2 },
  small: { depth: 6, width: 128, samples: 48, rays: 512, densityScale: 4, schedule: "cosine", epochs: 4 },
  paper: { depth: 8, width: 256, samples: 128, rays: 2048, densityScale: 1, schedule: "exponential", epochs: 20 },
} as const;

/** Options whose defaults depend on the adapter or the preset. */
type OpenOption = "preset" | "depth" | "width" | "samples" | "rays" | "densityScale" | "size";

/** The option values with these defaults filled in. */
export type NerfSettings =
  & NerfValues
  & { [O in OpenOption]: NonNullable<NerfValues[O]> }
  & Pick<SettledValues, "schedule" | "batchSize">;

/** Fills in the defaults that depend on the adapter and the preset. */
export function settleValues(values: NerfValues, software: boolean): NerfSettings {
  const preset = values.preset ?? (!software ? "paper" : values.scene === undefined ? "tiny" : "small");
  const usual = PRESETS[preset];
  const { depth = usual.depth, width = usual.width, samples = usual.samples, rays = usual.rays } = values;
  const { densityScale = usual.densityScale, schedule = usual.schedule, size = software ? 126 : 0 } = values;
  return { ...values, preset, depth, width, samples, rays, densityScale, schedule, size, batchSize: rays };
}

/** The number of passes over all pixels if neither epochs nor minutes are given. */
export function defaultEpochs({ preset }: NerfSettings): number {
  return PRESETS[preset].epochs;
}

/** The field that the options describe. */
export function fieldFor(values: NerfSettings): FieldDescription {
  const { activation, depth, width, octaves = 10 } = values;
  return radianceField({
    activation: chosenActivation(values, 0.1),
    depth,
    width,
    ...activation === "relu-pe" && {
      positionEncoding: positionalEncoding({ octaves }),
      directionEncoding: positionalEncoding({ octaves: 4 }),
    },
  });
}

/** How colours and densities along a ray are rendered to a pixel. */
export function volumeFor(values: NerfSettings, background: "black" | "white"): VolumeOptions {
  const { samples, fineSamples, densityScale } = values;
  return { intervals: samples + fineSamples, fine: fineSamples, background, densityScale };
}

/** The optimizer that the options describe. */
export function optimizerFor(values: NerfSettings): OptimizerSpec {
  // A Gaussian field with few units per layer trains stably with a larger learning rate, and needs it.
  const gaussian = values.preset === "tiny" ? 3e-3 : 1e-3;
  return chosenOptimizer(values, defaultsWith({ relu: 3e-3, "relu-pe": 3e-3, gaussian, other: 3e-4 }));
}

/**
 * The defaults for images, with the learning rates that were found best for radiance fields with a cosine schedule, and with the
 * published rates for radiance fields.
 */
function defaultsWith(adamRates: OptimizerDefaults["rates"][string]): OptimizerDefaults {
  const { rates, published } = optimizerDefaults;
  return {
    ...optimizerDefaults,
    rates: {
      ...rates,
      adam: adamRates,
      adamW: adamRates,
      muon: { ...rates.muon, other: 3e-3 },
      soap: { relu: 3e-3, "relu-pe": 3e-3, other: 2e-3 },
    },
    published: { ...published, adam: { rates: { other: 1e-4 } }, esgd: { ...published.esgd, rates: { other: 1 } } },
  };
}
