import { checkOptions } from "../hyperparameter/members.ts";
import { byName, type NamedArrays } from "../field/evaluate.ts";
import type { Field } from "../field/field.ts";
import { uploadRows } from "../field/rows.ts";
import { checkVolume, VOLUME_OPTIONS, type VolumeOptions } from "../objective/volume_rendering.ts";
import { RayEvaluation, type RenderedRays } from "./ray_evaluation.ts";

/** Rays on the host. */
export interface HostRays {
  /** For each input of the field `[rays · intervals, width]`: its values at the middles of the intervals, the nearest first. */
  readonly inputs: NamedArrays;
  /** `[rays, intervals + 1]`: the distances of the intervals' edges, rising. */
  readonly edges: Float32Array;
}

/**
 * Renders a radiance field along rays that are given interval by interval, in chunks.
 *
 * @param options.memory The most bytes of device memory that a chunk may take.
 * @throws {Error} If array sizes do not match, or the field is not a radiance field.
 */
export async function renderRays(
  field: Field,
  rays: HostRays,
  options: VolumeOptions & { memory?: number },
): Promise<Required<RenderedRays>> {
  checkOptions("renderRays", options, { ...VOLUME_OPTIONS, memory: true });
  const { gpu, description } = field;
  const { intervals } = checkVolume(options);
  const inputs = byName(rays.inputs, new Map(Object.entries(description.inputs)), "inputs");
  const count = inputs.rows / intervals;
  if (rays.edges.length !== count * (intervals + 1)) {
    throw new Error(
      `rays: expected ${count * (intervals + 1)} edges for ${inputs.rows} rows of inputs, found ${rays.edges.length}.`,
    );
  }
  const result = {
    pixel: new Float32Array(count * 3),
    opacity: new Float32Array(count),
    depth: new Float32Array(count),
    median: new Float32Array(count),
    medianDensity: new Float32Array(count),
    weights: new Float32Array(count * intervals),
  };
  if (count === 0) return result;
  using evaluation = new RayEvaluation(field, options, count, options.memory);
  for (let first = 0; first < count; first += evaluation.chunk) {
    const part = await evaluation.run(first, Math.min(evaluation.chunk, count - first), (chunk) => {
      const { rows, paddedRows, samples, paddedSamples } = chunk;
      for (const [name, place] of chunk.inputs) {
        uploadRows(gpu, { source: inputs.arrays[name], first: first * intervals, rows, paddedRows }, place);
      }
      const edges = { source: rays.edges, first, rows: samples, paddedRows: paddedSamples };
      uploadRows(gpu, edges, chunk.targets.get("edges")!);
    }, true);
    result.pixel.set(part.pixel, first * 3);
    result.opacity.set(part.opacity, first);
    result.depth.set(part.depth, first);
    result.median.set(part.median, first);
    result.medianDensity.set(part.medianDensity, first);
    result.weights.set(part.weights!, first * intervals);
  }
  return result;
}
