// Newton-Schulz iteration on matrices M of at most 128 × 128 entries, each by one workgroup from beginning to end:
//   X ← M/‖M‖, or with `unit_rows` M with each row divided by its norm; then in each step  A = XXᵀ, P = bA + cA², X ← aX + PX
//   with `bounded` in the first step  P = s(aI + b s²A + c s⁴A²), X ← PX  (newton_schulz_start.wgsl)
//   with `composed` instead of steps  X ← ((U² + E)² + G)X  (newton_schulz_parts.wgsl)
// Tall matrices are transposed, so that A has the size of the shorter side.
// data, x: M and X, vectors of one layout. matrices: for each (first vec4, vec4s of a row, rows, shorter side without padding); padding is 0.
// coefficients: [steps] (a, b, c, 0), or those of the parts. w: four slots for each matrix.
// Dispatch: one workgroup of 256 per matrix, along x. The order of all sums is that of the kernels that compute the stages one by one with
// products by batched_products_tile.wgsl, and so are the bits.
{{if composed}}
{{uniform safety: f32}}
{{else}}{{if bounded}}
{{uniform steps: u32, safety: f32}}
{{else}}
{{uniform steps: u32}}
{{end}}{{end}}
{{read data}}
{{read matrices}}
{{read coefficients}}
{{write w: array<vec4f>}}
{{write x: array<vec4f>}}
{{include range_norm}}
{{include whole_matrix}}
{{include unit_row}}
{{include newton_schulz_part}}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let matrix = vec4u(matrices(group.x));
  let own = vec2u(matrix.z / 4u, matrix.y);
  let size = vec2u(min(own.x, own.y), max(own.x, own.y));
  let tall = own.x > own.y;
  let count = matrix.z * matrix.y;
  // X and its transpose, A and A².
  let wide = group.x * 4u * SLOT;
  let long = wide + SLOT;
  let gram = long + SLOT;
  let square = gram + SLOT;
  let given = select(wide, long, tall);
  for (var i = lane; i < count; i += LANES) { w[given + i] = data(matrix.x + i); }
{{if unit_rows}}
  storageBarrier();
  if (lane < matrix.z) {
    let first = given + lane * matrix.y;
    let norm = row_norm(first, matrix.y);
    for (var i = 0u; i < matrix.y; i++) { w[first + i] = unit_row(norm, w[first + i]); }
  }
{{else}}
  normalise(lane, given, count);
{{end}}
  if (tall) { transpose_matrix(lane, wide, long, size.yx); }
{{if composed}}
  transpose_matrix(lane, long, wide, size);
  product(lane, gram, 1.0, long, long, 0.0, size.xx, size.y * 4u);
  product(lane, square, 1.0, gram, gram, 0.0, size.xx, size.x * 4u);
  parts(lane, gram, square, long, size.x, matrix.w);
  product(lane, square, 1.0, gram, gram, 1.0, size.xx, size.x * 4u);
  product(lane, long, 1.0, square, square, 1.0, size.xx, size.x * 4u);
  product(lane, wide, 1.0, long, wide, 0.0, size, size.x * 4u);
{{else}}
  for (var step = 0u; step < u.steps; step++) {
    let factors = coefficients(step);
    transpose_matrix(lane, long, wide, size);
    product(lane, gram, 1.0, long, long, 0.0, size.xx, size.y * 4u);
{{if bounded}}
    if (step == 0u) {
      product(lane, square, 1.0, gram, gram, 0.0, size.xx, size.x * 4u);
      start(lane, gram, square, size.x, matrix.w, factors);
      product(lane, wide, 1.0, gram, wide, 0.0, size, size.x * 4u);
      continue;
    }
{{end}}
    product(lane, gram, factors.z, gram, gram, factors.y, size.xx, size.x * 4u);
    product(lane, wide, 1.0, gram, wide, factors.x, size, size.x * 4u);
  }
{{end}}
  if (tall) { transpose_matrix(lane, long, wide, size); }
  storageBarrier();
  for (var i = lane; i < count; i += LANES) { x[matrix.x + i] = w[given + i]; }
}
{{if composed}}

// U and E in the places of A and A², and G.
fn parts(lane: u32, gram: u32, square: u32, outer: u32, width: u32, real: u32) {
  let scale = part_scale(norm_of(lane, square, width * width * 4u), u.safety);
  for (var i = lane; i < width * width * 4u; i += LANES) {
    let unit = unit_at(i, width, real);
    let one = w[gram + i];
    let two = w[square + i];
    w[gram + i] = sqrt(sqrt(scale)) * part(coefficients(0u), scale, unit, one, two);
    w[square + i] = sqrt(scale) * part(coefficients(1u), scale, unit, one, two);
    w[outer + i] = scale * part(coefficients(2u), scale, unit, one, two);
  }
}
{{else}}{{if bounded}}

// The first step's polynomial in the place of A.
fn start(lane: u32, gram: u32, square: u32, width: u32, real: u32, factors: vec4f) {
  let norm = norm_of(lane, square, width * width * 4u);
  var scale = 0.0;
  if (norm > 0.0) { scale = 1.0 / (u.safety * sqrt(sqrt(norm))); }
  let two = scale * scale;
  for (var i = lane; i < width * width * 4u; i += LANES) {
    let unit = unit_at(i, width, real);
    w[gram + i] = scale * (factors.x * unit + two * (factors.y * w[gram + i] + factors.z * two * w[square + i]));
  }
}
{{end}}{{end}}
