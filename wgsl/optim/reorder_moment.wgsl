// Second moments of matrices, reordered with the columns of their bases:  s_ij ← s_{left[i] right[j]}
// matrices: for each two vec4s, (first vec4, stride in vec4s, rows, 0), (first vec4 of left's order, of right's, 0, 0);
// before, s: vec4s; order: the numbers of columns.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z. The copy is exact.
{{read matrices}}
{{read before}}
{{read order}}
{{write s: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = vec4u(matrices(id.z * 2u));
  let orders = vec4u(matrices(id.z * 2u + 1u));
  let i = invocation_index(id, groups, 64u);
  let row = i / place.y;
  let column = i % place.y;
  if (row >= place.z) { return; }
  let rows = vec4u(order(orders.x + row / 4u));
  let from_row = place.x + rows[row % 4u] * place.y;
  let columns = vec4u(order(orders.y + column));
  var entries = vec4f();
{{for j in 0..4}}
  entries[{{j}}] = before(from_row + columns[{{j}}] / 4u)[columns[{{j}}] % 4u];
{{end}}
  s[place.x + i] = entries;
}
