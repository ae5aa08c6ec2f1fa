import { createVector, type Gpu, Layout } from "../../mod.ts";
import type { SymmetricOperator } from "../../lib/curvature/mod.ts";
import { randomNumbers } from "./random_numbers.ts";

/** y = Ax. */
const product = {
  name: "dense_product",
  text: `{{uniform size: u32}}
{{read matrix}}
{{read x}}
{{write y: array<vec4f>}}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= u.size / 4u) { return; }
  var sum = vec4f();
  for (var row = 0u; row < 4u; row++) {
    for (var i = 0u; i < u.size / 4u; i++) { sum[row] += dot(matrix((4u * id.x + row) * u.size / 4u + i), x(i)); }
  }
  y[id.x] = sum;
}`,
};

/**
 * A dense symmetric matrix with known eigenvalues as an operator: QDQ for a symmetric orthogonal Q that mixes all entries.
 *
 * @param eigenvalues A power of two of them, at least 64.
 */
export function denseOperator(gpu: Gpu, eigenvalues: Float32Array, seed = 1): SymmetricOperator & Disposable {
  const size = eigenvalues.length;
  const matrix = createVector(gpu, Float32Array.from(mixed(eigenvalues, seed)));
  return {
    gpu,
    layout: new Layout(size),
    apply(direction, into) {
      const buffers = { matrix: matrix.buffer, x: direction.buffer, y: into.buffer };
      gpu.dispatch(gpu.kernel(product), buffers, { size }, [Math.ceil(size / 256)]);
    },
    [Symbol.dispose]: () => matrix[Symbol.dispose](),
  };
}

/** WSW D WSW with the Walsh-Hadamard matrix W and a diagonal S of random signs: size × size numbers, row-major. */
function mixed(eigenvalues: Float32Array, seed: number): Float64Array {
  const size = eigenvalues.length;
  const random = randomNumbers(seed);
  const signs = Float64Array.from({ length: size }, () => random() < 0.5 ? -1 : 1);
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = eigenvalues[i];
  // Each side: rows are transformed, then the matrix is transposed.
  return transposed(rowsMixed(transposed(rowsMixed(matrix, signs), size), signs), size);
}

function rowsMixed(matrix: Float64Array, signs: Float64Array): Float64Array {
  const size = signs.length;
  for (let row = 0; row < size; row++) {
    const entries = matrix.subarray(row * size, (row + 1) * size);
    walshHadamard(entries);
    for (let i = 0; i < size; i++) entries[i] *= signs[i];
    walshHadamard(entries);
  }
  return matrix;
}

/** The orthogonal transform, in place. */
function walshHadamard(entries: Float64Array): void {
  for (let step = 1; step < entries.length; step *= 2) {
    for (let i = 0; i < entries.length; i++) {
      if (i & step) continue;
      const [a, b] = [entries[i], entries[i + step]];
      entries[i] = (a + b) * Math.SQRT1_2;
      entries[i + step] = (a - b) * Math.SQRT1_2;
    }
  }
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % size) * size + Math.floor(at / size)]);
}
