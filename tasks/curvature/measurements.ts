import type { Measurement } from "./measurement.ts";
import { conditioning } from "./measurements/conditioning.ts";
import { density } from "./measurements/density.ts";
import { entrySizes } from "./measurements/entry_sizes.ts";
import { estimates } from "./measurements/estimates.ts";
import { gaussNewton } from "./measurements/gauss_newton.ts";
import { noise } from "./measurements/noise.ts";
import { spectrum } from "./measurements/spectrum.ts";

/** All measurements, in the order in which they are made and reported. */
export const MEASUREMENTS: readonly Measurement[] = [
  density,
  entrySizes,
  conditioning,
  gaussNewton,
  spectrum,
  estimates,
  noise,
];
