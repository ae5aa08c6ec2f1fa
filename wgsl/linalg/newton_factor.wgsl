// The factor T of one coupled Newton step for inverse fourth roots. M is first made symmetric again, because rounding disturbs that:
//   S = (M + Mᵀ)/2,  T = aI − bS
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); m, s, t: the matrices, padding 0.
// One invocation per 4 × 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. Entries are independent: every run
// gives the same bits.
{{uniform a: f32, b: f32}}
{{read squares}}
{{read m}}
{{write s: array<vec4f>}}
{{write t: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  let column = i % square.y;
  if (row >= square.y) { return; }
  let at = square.x + row * 4u * square.y + column;
{{for i in 0..4}}
  let below{{i}} = m(square.x + (column * 4u + {{i}}u) * square.y + row);
{{end}}
{{for i in 0..4}}{
  let symmetric = 0.5 * (m(at + {{i}}u * square.y) + vec4f(below0[{{i}}], below1[{{i}}], below2[{{i}}], below3[{{i}}]));
  var unit = vec4f();
  if (row == column && row * 4u + {{i}}u < square.z) { unit[{{i}}] = 1.0; }
  s[at + {{i}}u * square.y] = symmetric;
  t[at + {{i}}u * square.y] = u.a * unit - u.b * symmetric;
}{{end}}
}
