import { OPTIONS } from "../hyperparameter/arguments.ts";
import { checkMember, checkOptions, type OptionNames } from "../hyperparameter/members.ts";
import { checkRange, POSITIVE } from "../hyperparameter/range.ts";
import type { FieldDescription } from "../field/description.ts";
import { padWidth } from "../linalg/layout.ts";
import { widthsOf } from "../field/description.ts";
import type { BufferLike } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { Objective, ObjectivePass } from "./objective.ts";
import volume_medium from "../../wgsl/objective/volume_medium.wgsl" with { type: "text" };
import text from "../../wgsl/objective/volume_rendering.wgsl" with { type: "text" };

/** How the colours of pixels are computed from rays. Training and rendering share these options. */
export interface VolumeOptions {
  /** Number of intervals of a ray, which is the number of the field's rows that make up one sample. A whole number from 1. */
  readonly intervals: number;
  /**
   * How many of these intervals `rayData` and `renderView` place where a first, coarse pass at the other intervals finds density
   * (Mildenhall et al. 2020, section 5.2, but with one field for both passes). A whole number below `intervals`; 0 by default.
   */
  readonly fine?: number;
  /** The colour behind the end of a ray; black by default. */
  readonly background?: "black" | "white";
  /** The density is this times softplus of the field's output. A positive number; 1 by default. */
  readonly densityScale?: number;
}

/** The names of {@linkcode VolumeOptions}. */
export const VOLUME_OPTIONS: OptionNames<VolumeOptions> = {
  intervals: true,
  fine: true,
  background: true,
  densityScale: true,
};

/** The names and widths of a radiance field's outputs. */
const OUTPUTS = { density: 1, colour: 3 } as const;

const kernelSource = { name: "volume_rendering", text };

/**
 * Mean squared error of rendered pixels: the mean over rays and channels of the squared difference between a pixel and the colour
 * that volume rendering computes from a field's raw `density` and `colour` along the pixel's ray (Mildenhall et al. 2020,
 * equation 3, with softplus and sigmoid). The compositing is differentiated, too: second-order products are those of the
 * true loss, and the Gauss-Newton matrix, also if it is sampled, uses the Jacobian of the pixels.
 *
 * A sample is one ray. Its rows of inputs are the midpoints of its intervals, the nearest first. Its targets are `edges`
 * (intervals + 1 increasing distances) and `pixel` (RGB). The positions of the intervals are treated as constants, even if they were
 * chosen by means of the field.
 *
 * @throws {RangeError} If an option is out of range.
 */
export function volumeRendering(options: VolumeOptions): Objective {
  checkOptions("volumeRendering", options, VOLUME_OPTIONS);
  const checked = checkVolume(options);
  const { intervals } = checked;
  return {
    name: "volumeRendering",
    rowsPerSample: intervals,
    constantLoss: 0.25,
    reads(description) {
      checkRadianceField(description);
      return new Map(Object.entries(OUTPUTS));
    },
    targets: () => new Map([["edges", intervals + 1], ["pixel", 3]]),
    record(pass) {
      const { network, network: { gpu }, samples, rows, paddedRows, product } = pass;
      const density = network.output("density");
      const colour = network.output("colour");
      const [densityAdjoint, colourAdjoint] = [pass.adjoints.get("density")!, pass.adjoints.get("colour")!];
      const shared = renderedBuffers(pass);
      const uniforms = renderingUniforms(pass, checked);
      const groups = linearGroups(samples + paddedRows - rows, 64);
      gpu.dispatch(
        gpu.kernel(kernelSource, { volume_medium, primals: true, tangents: false, sampled: false }),
        {
          ...shared,
          density_adjoint: densityAdjoint.adjoint,
          colour_adjoint: colourAdjoint.adjoint,
          ray_loss: pass.sampleLoss,
        },
        uniforms,
        groups,
      );
      if (product === undefined) return;
      // The random signs are those of the pixels. They are given in the buffer for the colours' tangents.
      const [instance, along] = product === "gaussNewtonSample"
        ? [{ tangents: false, sampled: true }, { signs: colour.valueTangent! }]
        : [
          { tangents: true, sampled: false },
          { density_tangent: density.valueTangent!, colour_tangent: colour.valueTangent! },
        ];
      gpu.dispatch(
        gpu.kernel(kernelSource, { ...instance, volume_medium, primals: false }),
        {
          ...shared,
          ...along,
          density_adjoint: densityAdjoint.tangent!,
          colour_adjoint: colourAdjoint.tangent!,
        },
        uniforms,
        groups,
      );
    },
  };
}

/** The buffers that every pass over the rays reads. */
function renderedBuffers({ network, targets }: ObjectivePass): Record<string, BufferLike> {
  return {
    density: network.output("density").value,
    colour: network.output("colour").value,
    edges: targets.get("edges")!,
    pixel: targets.get("pixel")!,
  };
}

function renderingUniforms(pass: ObjectivePass, options: Required<VolumeOptions>): Record<string, number> {
  const { samples, paddedRows, batchSamples, product, weight, add } = pass;
  const { intervals, background, densityScale } = options;
  return {
    rays: samples,
    intervals,
    padded_rows: paddedRows,
    edge_stride: padWidth(intervals + 1),
    scale: weight / (batchSamples * 3),
    background: background === "white" ? 1 : 0,
    density_scale: densityScale,
    curvature: product === "gaussNewton" ? 0 : 1,
    add: add ? 1 : 0,
  };
}

/** Checks the options of volume rendering and fills in the defaults. Throws a `RangeError` if one is out of range. */
export function checkVolume(options: VolumeOptions): Required<VolumeOptions> {
  checkMember("volume rendering", options, OPTIONS);
  const { intervals, fine = 0, background = "black", densityScale = 1 } = options;
  if (!Number.isSafeInteger(intervals) || intervals < 1) {
    throw new RangeError(`volume rendering: intervals: expected a whole number from 1, found ${intervals}.`);
  }
  if (!Number.isSafeInteger(fine) || fine < 0 || fine >= intervals) {
    throw new RangeError(
      `volume rendering: fine: expected a whole number from 0 to ${
        intervals - 1
      }, less than \`intervals\`, found ${fine}.`,
    );
  }
  checkRange("volume rendering: densityScale", densityScale, POSITIVE);
  if (background !== "black" && background !== "white") {
    throw new RangeError(`volume rendering: background: expected black or white, found ${background}.`);
  }
  return { intervals, fine, background, densityScale };
}

/**
 * Checks that a field has the outputs of a radiance field.
 *
 * @throws If an output is missing or has another width.
 */
export function checkRadianceField(description: FieldDescription): void {
  const widths = widthsOf(description);
  for (const [name, width] of Object.entries(OUTPUTS)) {
    const found = widths.get(description.outputs[name]);
    if (found !== width) {
      throw new Error(
        `volume rendering: expected a field with an output ${name} of width ${width}, found ${
          found === undefined ? "none" : `width ${found}`
        }.`,
      );
    }
  }
}
