import type { FieldDescription } from "../../lib/field/description.ts";
import { radianceField } from "../../lib/field/radiance_field.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import { chosenActivation, chosenEncoding, fixedEncoding } from "../training/network.ts";
import { type OptimizerDefaults, optimizerDefaults } from "../training/optimizer_defaults.ts";
import type { FieldDefaults, SettledValues } from "../training/options.ts";
import { FIELD_DEFAULTS, type NerfValues } from "./command.ts";

const PRESETS = {
  tiny: { layers: 4, width: 64, samples: 24, rays: 256, densityScale: 4, schedule: "cosine", epochs: 2 },
  small: { layers: 6, width: 128, samples: 48, rays: 512, densityScale: 4, schedule: "cosine", epochs: 4 },
  paper: { layers: 8, width: 256, samples: 128, rays: 2048, densityScale: 1, schedule: "exponential", epochs: 20 },
} as const;

/** The options that a preset chooses. */
export const PRESET_OPTIONS: readonly string[] = Object.keys(PRESETS.tiny);

/** Options whose defaults depend on the adapter or the preset. */
type OpenOption = "preset" | "layers" | "width" | "samples" | "rays" | "densityScale" | "size";

/** The option values with these defaults filled in. */
export type NerfSettings =
  & NerfValues
  & { [O in OpenOption]: NonNullable<NerfValues[O]> }
  & Pick<SettledValues, "schedule" | "batchSize">;

/** Fills in the defaults that depend on the adapter and the preset. */
export function settleValues(values: NerfValues, software: boolean): NerfSettings {
  const preset = values.preset ?? (!software ? "paper" : values.scene === undefined ? "tiny" : "small");
  const usual = PRESETS[preset];
  const { layers = usual.layers, width = usual.width, samples = usual.samples, rays = usual.rays } = values;
  const { densityScale = usual.densityScale, schedule = usual.schedule, size = software ? 126 : 0 } = values;
  return { ...values, preset, layers, width, samples, rays, densityScale, schedule, size, batchSize: rays };
}

/** The number of passes over all pixels if neither epochs nor minutes are given. */
export function defaultEpochs({ preset }: NerfSettings): number {
  return PRESETS[preset].epochs;
}

/** Hyper-parameters of the encoding of directions, which the command line does not change. */
const DIRECTION_DEFAULTS: FieldDefaults = { positional: { octaves: 4 } };

/** The field that the options describe. */
export function fieldFor(values: NerfSettings): FieldDescription {
  const { layers, width } = values;
  return radianceField({
    activation: chosenActivation(values, FIELD_DEFAULTS),
    depth: layers,
    width,
    positionEncoding: chosenEncoding(values, FIELD_DEFAULTS),
    directionEncoding: fixedEncoding(values, DIRECTION_DEFAULTS),
  });
}

/** How colours and densities along a ray are rendered to a pixel. */
export function volumeFor(values: NerfSettings, background: "black" | "white"): VolumeOptions {
  const { samples, fineSamples, densityScale } = values;
  return { intervals: samples + fineSamples, fine: fineSamples, background, densityScale };
}

/**
 * The defaults for images, with the learning rates that were found best for radiance fields with a cosine schedule, and with the
 * published rates for radiance fields.
 */
export function defaultsFor({ preset }: NerfSettings): OptimizerDefaults {
  const { rates, published } = optimizerDefaults;
  // A Gaussian field with few units per layer trains stably with a larger learning rate, and needs it.
  const adamRates = { relu: 3e-3, gaussian: preset === "tiny" ? 3e-3 : 1e-3, other: 3e-4 };
  return {
    ...optimizerDefaults,
    rates: {
      ...rates,
      adam: adamRates,
      adamW: adamRates,
      muon: { ...rates.muon, other: 3e-3 },
      soap: { relu: 3e-3, other: 2e-3 },
    },
    published: { ...published, adam: { rates: { other: 1e-4 } }, esgd: { ...published.esgd, rates: { other: 1 } } },
  };
}
