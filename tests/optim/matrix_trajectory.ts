import { createOptimizer, createVector, type Gpu, type OptimizerSpec } from "../../mod.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { relativeError } from "../support/golden.ts";
import { type Matrix, multiply } from "../support/matrix.ts";

interface GoldenSegment {
  name: string;
  shape: number[];
  x0: number[] | Matrix;
  target: number[] | Matrix;
  left: number[] | Matrix;
  right?: Matrix;
}

const golden = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/golden/matrix_optimizers.json", import.meta.url)),
) as {
  problems: Record<string, GoldenSegment[]>;
  runs: Record<string, { problem: string; x: Record<string, number[]> }>;
};

/** A column for a bias, so that one formula serves both. */
const asMatrix = (numbers: number[] | Matrix): Matrix => numbers.map((row) => Array.isArray(row) ? row : [row]);

/** left (X − target − N) right at step s; N stands for minibatch noise. */
function gradientOf(segment: GoldenSegment, x: Matrix, s: number): number[] {
  const target = asMatrix(segment.target);
  const difference = x.map((row, i) =>
    row.map((entry, j) => {
      const [p, q] = [i + 1, j + 1];
      const noise = 0.3 * Math.cos(0.7 * p * (s + 1) + 1.3 * q * (s + 1) ** 2 + 0.1 * p * q);
      return entry - target[i][j] - noise;
    })
  );
  const { left, right } = segment;
  const scaled = Array.isArray(left[0])
    ? multiply(left as Matrix, difference)
    : difference.map((row, i) => row.map((entry) => (left as number[])[i] * entry));
  return (right === undefined ? scaled : multiply(scaled, right)).flat();
}

/** Follows a golden trajectory, which has 50 steps; the relative error at each step for which it has values. */
export async function followTrajectory(
  gpu: Gpu,
  name: string,
  spec: OptimizerSpec,
  steps = 50,
): Promise<Record<string, number>> {
  const { problem, x: expected } = golden.runs[name];
  const segments = golden.problems[problem];
  const layout = new Layout(segments.map(({ name, shape }) => ({ name, shape })));
  using parameters = createVector(gpu, layout);
  using gradient = createVector(gpu, layout);
  using optimizer = createOptimizer(gpu, spec, layout);
  parameters.write(segments.flatMap(({ x0 }) => asMatrix(x0).flat()));
  const errors: Record<string, number> = {};
  for (let s = 0; s < steps; s++) {
    const now = await parameters.read();
    gradient.write(segments.flatMap((segment, i) => {
      const { flat, rows, columns } = layout[i];
      const [height, width] = segment.shape.length === 1 ? [columns, 1] : [rows, columns];
      const x = Array.from(
        { length: height },
        (_, r) => Array.from(now.slice(flat + r * width, flat + (r + 1) * width)),
      );
      return gradientOf(segment, x, s);
    }));
    optimizer.step({ parameters, gradient });
    const wanted = expected[s + 1];
    if (wanted !== undefined) errors[s + 1] = relativeError(await parameters.read(), wanted);
  }
  return errors;
}
