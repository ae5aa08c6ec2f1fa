// Reorders the second moments of matrices with the columns of their bases:  s_ij ← s_{left[i] right[j]}
// matrices: for each two entries, (first vec4, stride in vec4s, rows, 0), (first of left's order, first of right's order, 0, 0);
// before, s: vec4s; order: columns' numbers. One invocation per 4 entries; dispatch: workgroups of 64 along x and y, matrices along z.
// Exact.
{{read matrices: array<vec4u>}}
{{read before}}
{{read order: array<u32>}}
{{write s: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = matrices[id.z * 2u];
  let orders = matrices[id.z * 2u + 1u];
  let i = id.x + id.y * groups.x * 64u;
  let row = i / place.y;
  let column = i % place.y;
  if (row >= place.z) { return; }
  let from_row = order[orders.x + row];
  var entries = vec4f();
  for (var j = 0u; j < 4u; j++) {
    let from_column = order[orders.y + column * 4u + j];
    entries[j] = before(place.x + from_row * place.y + from_column / 4u)[from_column % 4u];
  }
  s[place.x + i] = entries;
}
