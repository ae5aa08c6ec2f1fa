import { checkOptions } from "../../hyperparameter/members.ts";
import { checkArguments, FIELD, OPTIONS } from "../../hyperparameter/arguments.ts";
import { evaluateField, Evaluation, EVALUATION_OPTIONS, type EvaluationOptions } from "../../field/evaluate.ts";
import type { FieldDescription } from "../../field/description.ts";
import type { Field } from "../../field/field.ts";
import { padRows } from "../../linalg/gemm/shape.ts";
import { linearGroups } from "../../gpu/groups.ts";
import { columnOf } from "../column_of.ts";
import { type Grid, marchingCubes } from "./marching_cubes.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";
import { refineVertices } from "./refine_vertices.ts";
import gridText from "../../../wgsl/data/mesh/grid_points.wgsl" with { type: "text" };

const gridSource = { name: "grid_points", text: gridText };

/** The number of points that are evaluated at a time; a slice with more points is evaluated as a whole. */
const SLAB = 2 ** 17;

/**
 * Checks that a field has exactly one input, of width 3.
 *
 * @param where The beginning of the error message.
 * @throws {RangeError} If it has other inputs.
 */
export function checkPointField(where: string, { inputs }: FieldDescription): void {
  const widths = Object.values(inputs);
  if (widths.length === 1 && widths[0] === 3) return;
  throw new RangeError(`${where}: expected a field of one input of width 3, found widths ${widths.join(", ")}.`);
}

/**
 * Evaluates a field with an input of width 3 on a grid and yields the first number of its first output, slice by slice. Memory is
 * that of one slice, or of a few small ones.
 *
 * @param options.input The input that gets the points, if there are several; the output must not depend on the others.
 * @param options.output The output; by default the first one.
 */
export async function* fieldSlices(
  field: Field,
  grid: Grid,
  options: EvaluationOptions & { readonly input?: string } = {},
): AsyncGenerator<Float32Array, void, void> {
  checkOptions("fieldSlices", options, { ...EVALUATION_OPTIONS, input: true });
  const { size: [nx, ny, nz], origin, spacing } = grid;
  const { gpu, description } = field;
  if (options.input === undefined) checkPointField("fieldSlices", description);
  if (nx * ny * nz >= 2 ** 32) {
    throw new RangeError(`fieldSlices: ${nx} × ${ny} × ${nz} points, but at most 2³² are supported.`);
  }
  const slices = Math.min(nz, Math.max(1, Math.floor(SLAB / (nx * ny))));
  using evaluation = new Evaluation(field, slices * nx * ny, options);
  const { input = Object.keys(description.inputs)[0] } = options;
  const { value: batch, padded: stride } = evaluation.network.node(input);
  for (let k = 0; k < nz; k += slices) {
    const count = Math.min(slices, nz - k) * nx * ny;
    const results = evaluation.prepare(count);
    for (let first = 0; first < count; first += evaluation.chunk) {
      const rows = Math.min(evaluation.chunk, count - first);
      const paddedRows = padRows(rows);
      gpu.dispatch(gpu.kernel(gridSource), { batch }, {
        rows,
        padded_rows: paddedRows,
        stride,
        first: k * nx * ny + first,
        nx,
        ny,
        x: origin[0],
        y: origin[1],
        z: origin[2],
        spacing,
      }, linearGroups(paddedRows, 64));
      await evaluation.run(first, rows, results);
    }
    const firsts = firstNumbers(Object.values(results)[0], count);
    for (let at = 0; at < count; at += nx * ny) yield firsts.subarray(at, at + nx * ny);
  }
}

/** The first number of each row. */
function firstNumbers(values: Float32Array, count: number): Float32Array {
  const width = values.length / count;
  return width === 1 ? values : columnOf(values, width, 0);
}

/**
 * Extracts the surface on which a field's logit is 0, that is p = ½, within [−1, 1]³. The vertices lie on the edges of a grid and are
 * accurate to about a hundredth of an edge.
 *
 * @param options.resolution The number of cells along each axis; from 1 to 1600.
 * @param options.progress A function that is called with the part that is done, from 0 to 1.
 * @returns A watertight mesh, oriented outward; it has no faces if the field is positive nowhere.
 * @throws {RangeError} If the field is not finite somewhere, or the resolution is not an integer from 1 to 1600.
 */
export async function extractMesh(
  field: Field,
  options: EvaluationOptions & {
    readonly resolution: number;
    readonly progress?: (part: number) => void;
  },
): Promise<Mesh> {
  checkOptions("extractMesh", options, { ...EVALUATION_OPTIONS, resolution: true, progress: true });
  checkArguments("extractMesh", { field: [field, FIELD], options: [options, OPTIONS] });
  const { resolution, progress, ...evaluation } = options;
  const { signal } = evaluation;
  if (!Number.isSafeInteger(resolution) || resolution < 1 || resolution > 1600) {
    throw new RangeError(`extractMesh: resolution must be a whole number from 1 to 1600, found ${resolution}.`);
  }
  const samples = resolution + 1;
  const grid: Grid = { size: [samples, samples, samples], origin: [-1, -1, -1], spacing: 2 / resolution };
  const slices = async function* () {
    let done = 0;
    for await (const slice of fieldSlices(field, grid, evaluation)) {
      yield slice;
      progress?.(++done / samples);
    }
  };
  const mesh = await marchingCubes(grid, slices());
  await refineVertices(mesh, grid, async (points) => {
    const outputs = await evaluateField(field, { [Object.keys(field.description.inputs)[0]]: points }, signal);
    return firstNumbers(Object.values(outputs)[0], points.length / 3);
  });
  return mesh;
}
