// A matrix transposed:  result[c, r] = source[r, c]
// source: [rows, columns]; result: [columns, rows]; both sizes are multiples of 4.
// One invocation per block of 4 × 4, blocks along the rows fastest; dispatch: workgroups of 64 along x and y. The copy is exact.
{{uniform rows: u32, columns: u32}}
{{read source}}
{{write result: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let high = u.rows / 4u;
  let wide = u.columns / 4u;
  if (i >= high * wide) { return; }
  let r = i % high;
  let c = i / high;
  let at = r * 4u * wide + c;
  let block = transpose(mat4x4f(source(at), source(at + wide), source(at + 2u * wide), source(at + 3u * wide)));
  {{for j in 0..4}}result[(c * 4u + {{j}}u) * high + r] = block[{{j}}];
  {{end}}
}
