import type { FieldDescription } from "../field/description.ts";
import { padWidth } from "../linalg/layout.ts";
import { widthsOf } from "../field/description.ts";
import type { BufferLike } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { Objective, ObjectivePass } from "./objective.ts";
import mediumText from "../../wgsl/objective/volume_medium.wgsl" with { type: "text" };
import text from "../../wgsl/objective/volume_rendering.wgsl" with { type: "text" };

/** How rays become pixels; shared by training and rendering. */
export interface VolumeOptions {
  /** Intervals of a ray: rows of the field that make one sample. A whole number from 1. */
  readonly intervals: number;
  /**
   * Of these so many are laid, by `rayData` and `renderView`, where the others show something when the same field is asked there
   * first (Mildenhall et al. 2020, section 5.2, with one field for both passes); 0 by default.
   */
  readonly fine?: number;
  /** What is seen where a ray ends: black by default. */
  readonly background?: "black" | "white";
  /** Densities are this times softplus of the field's output; positive, 1 by default. */
  readonly densityScale?: number;
}

/** Names and widths of the outputs that a radiance field has. */
const OUTPUTS = { density: 1, colour: 3 } as const;

const kernelSource = { name: "volume_rendering", text };

/**
 * The mean over rays and channels of the squared difference between a pixel and what volume rendering makes of a field's raw
 * `density` and `colour` along its ray (Mildenhall et al. 2020, equation 3, with softplus and sigmoid). Derivatives go through
 * the compositing: second-order products are those of the true loss, and the Gauss-Newton matrix, also where it is sampled, has the
 * Jacobian of the pixels.
 *
 * A sample is one ray. Its rows of inputs are the middles of its intervals, nearest first; its targets are `edges`
 * (intervals + 1 rising distances) and `pixel` (RGB). Where the intervals lie has no derivative, also where it follows from the field.
 *
 * @throws {RangeError} If an option is out of range.
 */
export function volumeRendering(options: VolumeOptions): Objective {
  const checked = checkVolume(options);
  const { intervals } = checked;
  return {
    name: "volumeRendering",
    rowsPerSample: intervals,
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
        gpu.kernel(kernelSource, { medium: mediumText, primals: true, tangents: false, sampled: false }),
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
      // Signs are the pixels': those that stand where the colours' tangents would.
      const [instance, along] = product === "gaussNewtonSample"
        ? [{ tangents: false, sampled: true }, { signs: colour.valueTangent! }]
        : [
          { tangents: true, sampled: false },
          { density_tangent: density.valueTangent!, colour_tangent: colour.valueTangent! },
        ];
      gpu.dispatch(
        gpu.kernel(kernelSource, { ...instance, medium: mediumText, primals: false }),
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

/** What every pass over the rays reads. */
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

/** Options of volume rendering with defaults, checked. */
export function checkVolume(options: VolumeOptions): Required<VolumeOptions> {
  const { intervals, fine = 0, background = "black", densityScale = 1 } = options;
  if (!Number.isSafeInteger(intervals) || intervals < 1) {
    throw new RangeError(`volume rendering: intervals: a whole number from 1 expected, ${intervals} found.`);
  }
  if (!Number.isSafeInteger(fine) || fine < 0 || fine >= intervals) {
    throw new RangeError(
      `volume rendering: fine: a whole number from 0 to ${
        intervals - 1
      }, below the intervals in all, expected, ${fine} found.`,
    );
  }
  if (!(densityScale > 0 && densityScale < Infinity)) {
    throw new RangeError(`volume rendering: densityScale: a positive number expected, ${densityScale} found.`);
  }
  if (background !== "black" && background !== "white") {
    throw new RangeError(`volume rendering: background: black or white expected, ${background} found.`);
  }
  return { intervals, fine, background, densityScale };
}

/**
 * Checks that a field has the outputs of a radiance field.
 *
 * @throws When it has not.
 */
export function checkRadianceField(description: FieldDescription): void {
  const widths = widthsOf(description);
  for (const [name, width] of Object.entries(OUTPUTS)) {
    const found = widths.get(description.outputs[name]);
    if (found !== width) {
      throw new Error(
        `volume rendering: a field with an output ${name} of width ${width} expected, ${
          found === undefined ? "none" : `width ${found}`
        } found.`,
      );
    }
  }
}
