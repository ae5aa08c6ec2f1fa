// Square matrices transposed:  y = xᵀ
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); x, y: the matrices.
// One invocation per 4 × 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. The copy is exact.
{{read squares}}
{{read x}}
{{write y: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  let column = i % square.y;
  if (row >= square.y) { return; }
{{for i in 0..4}}let r{{i}} = x(square.x + (row * 4u + {{i}}u) * square.y + column);
{{end}}
{{for i in 0..4}}y[square.x + (column * 4u + {{i}}u) * square.y + row] = vec4f(r0[{{i}}], r1[{{i}}], r2[{{i}}], r3[{{i}}]);
{{end}}
}
