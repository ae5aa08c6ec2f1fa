// The parts of a Newton-Schulz iteration's polynomial of degree 17 in X, which also divides X by a bound of its norm:  with S = A²
//   U = s^{1/4}(k₂ s⁴S + k₁ s²A),  E = s^{1/2}(e₂ s⁴S + e₁ s²A + e₀I),  G = s(g₂ s⁴S + g₁ s²A + g₀I),  so that P = (U² + E)² + G
// s = 1/(safety·‖S‖^{1/4}), or 0 where S = 0: ‖S‖^{1/4} = (Σσ⁸)^{1/8} is at least X's largest singular value σ and at most ‖X‖.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); gram (A), s, bent (U), inner (E), outer (G): the matrices, padding
// 0; norms: [matrices], ‖S‖; coefficients: (k₁, k₂, 0, 0), (e₀, e₁, e₂, 0), (g₀, g₁, g₂, 0).
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run gives
// the same bits.
{{uniform safety: f32}}
{{read squares}}
{{read gram}}
{{read s}}
{{read norms: array<f32>}}
{{read coefficients}}
{{write bent: array<vec4f>}}
{{write inner: array<vec4f>}}
{{write outer: array<vec4f>}}
{{include invocation_index}}
{{include newton_schulz_part}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  if (row >= square.w) { return; }
  let scale = part_scale(norms[id.z], u.safety);
  var unit = vec4f();
  if (i % square.y == row / 4u && row < square.z) { unit = vec4f(vec4u(row % 4u) == vec4u(0u, 1u, 2u, 3u)); }
  let one = gram(square.x + i);
  let two = s(square.x + i);
  bent[square.x + i] = sqrt(sqrt(scale)) * part(coefficients(0u), scale, unit, one, two);
  inner[square.x + i] = sqrt(scale) * part(coefficients(1u), scale, unit, one, two);
  outer[square.x + i] = scale * part(coefficients(2u), scale, unit, one, two);
}
