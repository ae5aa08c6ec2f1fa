// The parts of a polynomial p(B) = I + c₁B + c₂B² + c₃B³ + c₄B⁴ with S = B²:
//   low = I + c₁B + c₂S,  high = c₃B + c₄S,  so that  p(B) = low + S high
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); b, s, low, high: the matrices, padding 0.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform c1: f32, c2: f32, c3: f32, c4: f32}}
{{read squares}}
{{read b}}
{{read s}}
{{write low: array<vec4f>}}
{{write high: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  if (row >= square.w) { return; }
  var unit = vec4f();
  if (i % square.y == row / 4u && row < square.z) { unit = vec4f(vec4u(row % 4u) == vec4u(0u, 1u, 2u, 3u)); }
  let entries = b(square.x + i);
  let powers = s(square.x + i);
  low[square.x + i] = unit + u.c1 * entries + u.c2 * powers;
  high[square.x + i] = u.c3 * entries + u.c4 * powers;
}
