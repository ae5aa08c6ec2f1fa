// Inverse fourth roots (A + ελI)^{−1/4} of symmetric matrices A of at most 128 × 128 entries, each by one workgroup from beginning to end. λ, the
// largest eigenvalue, is tr(AB)/tr(B) with B = A/‖A‖, then B ← B²/‖B²‖ `squarings` times (largest_eigenvalue.wgsl); then
//   M = (A + ελI)/λ, X = λ^{−1/4}I;  in each step  S = (M + Mᵀ)/2, T = aI − bS, M ← T⁴S, X ← XT
// a, roots: A and the last X. squares: for each matrix (first vec4, stride in vec4s, size, padded size), rows contiguous and padding 0;
// coefficients: [steps] (a, b, 0, 0). w: four slots for each matrix.
// Dispatch: one workgroup of 256 per matrix, along x. The order of all sums is that of the kernels that compute the stages one by one with
// products by batched_products_tile.wgsl, and so are the bits.
{{uniform squarings: u32, steps: u32, ridge: f32}}
{{read a}}
{{read squares}}
{{read coefficients}}
{{write w: array<vec4f>}}
{{write roots: array<vec4f>}}
{{include range_norm}}
{{include whole_matrix}}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let square = vec4u(squares(group.x));
  let width = square.y;
  let count = width * square.w;
  let m = group.x * 4u * SLOT;
  let s = m + SLOT;
  let t = s + SLOT;
  // Xᵀ, since X ← XT is Xᵀ ← TᵀXᵀ.
  let x = t + SLOT;
  for (var i = lane; i < count; i += LANES) { w[t + i] = a(square.x + i); }
  for (var squaring = 0u; squaring <= u.squarings; squaring++) {
    if (squaring > 0u) { product(lane, t, 1.0, t, t, 0.0, vec2u(width), square.w); }
    normalise(lane, t, count);
  }
  let largest = largest_eigenvalue(lane, square.x, t, width, count);
  for (var i = lane; i < count; i += LANES) {
    let unit = unit_at(i, width, square.z);
    w[m + i] = a(square.x + i) / largest + u.ridge * unit;
    w[x + i] = unit / sqrt(sqrt(largest));
  }
  for (var step = 0u; step < u.steps; step++) {
    let factors = coefficients(step);
    factor(lane, m, s, t, vec2u(width, square.z), factors.xy);
    product(lane, m, 1.0, t, t, 0.0, vec2u(width), square.w);
    product(lane, m, 1.0, m, m, 0.0, vec2u(width), square.w);
    product(lane, m, 1.0, m, s, 0.0, vec2u(width), square.w);
    product(lane, x, 1.0, t, x, 0.0, vec2u(width), square.w);
  }
  transpose_matrix(lane, m, x, vec2u(width));
  storageBarrier();
  for (var i = lane; i < count; i += LANES) { roots[square.x + i] = w[m + i]; }
}

// tr(AB)/tr(B) of the matrix A at `first` and a power B of it.
fn largest_eigenvalue(lane: u32, first: u32, b: u32, width: u32, count: u32) -> f32 {
  storageBarrier();
  var products = vec4f();
  var trace = 0.0;
  if (lane < 64u) {
    for (var i = lane; i < count; i += 64u) {
      let entries = w[b + i];
      products += a(first + i) * entries;
      trace += dot(entries, unit_at(i, width, 4u * width));
    }
  }
  let total = lane_sum(lane, mat3x4f(vec4f(across(products), trace, 0.0, 0.0), vec4f(), vec4f()))[0];
  return total.x / total.y;
}

// S and T from M.
fn factor(lane: u32, m: u32, s: u32, t: u32, size: vec2u, factors: vec2f) {
  transpose_matrix(lane, s, m, size.xx);
  storageBarrier();
  for (var i = lane; i < size.x * size.x * 4u; i += LANES) {
    let symmetric = 0.5 * (w[m + i] + w[s + i]);
    w[s + i] = symmetric;
    w[t + i] = factors.x * unit_at(i, size.x, size.y) - factors.y * symmetric;
  }
}
