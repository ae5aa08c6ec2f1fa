import type { Measurement } from "./measurement.ts";
import { conditioning } from "./measurements/conditioning.ts";
import { costs } from "./measurements/costs.ts";
import { noiseOfCurvature } from "./measurements/curvature_noise.ts";
import { density } from "./measurements/density.ts";
import { entrySizes } from "./measurements/entry_sizes.ts";
import { dominant } from "./measurements/dominant.ts";
import { estimates } from "./measurements/estimates.ts";
import { gaussNewton } from "./measurements/gauss_newton.ts";
import { hessianDensity } from "./measurements/hessian_density.ts";
import { noise } from "./measurements/noise.ts";
import { ownDiagonal } from "./measurements/own_diagonal.ts";
import { ownPreconditioning } from "./measurements/own_preconditioner.ts";
import { preconditionerDensity } from "./measurements/preconditioner_density.ts";
import { runConditioning } from "./measurements/run_conditioning.ts";
import { spectrum } from "./measurements/spectrum.ts";

/** All measurements, in the order in which they are made and reported. */
export const MEASUREMENTS: readonly Measurement[] = [
  density,
  entrySizes,
  preconditionerDensity,
  conditioning,
  hessianDensity,
  runConditioning,
  gaussNewton,
  spectrum,
  dominant,
  ownPreconditioning,
  ownDiagonal,
  estimates,
  costs,
  noise,
  noiseOfCurvature,
];
