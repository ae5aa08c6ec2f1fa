// The polynomial of a Newton-Schulz iteration's first step, which also scales X by a bound of its norm:  with S = A²
//   P = s(aI + b s²A + c s⁴S),  s = 1/(safety·‖S‖^{1/4}),  or 0 where S = 0
// ‖S‖^{1/4} = (Σσ⁸)^{1/8} is at least X's largest singular value σ and at most ‖X‖.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); gram (A), s, polynomial (P): the matrices, padding 0; norms:
// [matrices], ‖S‖.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform a: f32, b: f32, c: f32, safety: f32}}
{{read squares}}
{{read gram}}
{{read s}}
{{read norms: array<f32>}}
{{write polynomial: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  if (row >= square.w) { return; }
  var scale = 0.0;
  if (norms[id.z] > 0.0) { scale = 1.0 / (u.safety * sqrt(sqrt(norms[id.z]))); }
  var unit = vec4f();
  if (i % square.y == row / 4u && row < square.z) { unit = vec4f(vec4u(row % 4u) == vec4u(0u, 1u, 2u, 3u)); }
  let two = scale * scale;
  polynomial[square.x + i] = scale * (u.a * unit + two * (u.b * gram(square.x + i) + u.c * two * s(square.x + i)));
}
