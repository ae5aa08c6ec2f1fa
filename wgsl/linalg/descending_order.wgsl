// The order that sorts numbers descending and keeps equal numbers in their original order:  order[rank of j] = j, where the rank
// of j is how many numbers come before number j;  order[j] = j for padding
// squares: for each matrix (…, …, size, padded size); values, order: [matrices, largest].
// One invocation per number, which counts the numbers before it; dispatch: workgroups of 64 along x and y, matrices along z.
// The result is exact.
{{uniform largest: u32}}
{{read squares}}
{{read values}}
{{write order: array<f32>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let j = invocation_index(id, groups, 64u);
  if (j >= square.w) { return; }
  let base = id.z * u.largest;
  if (j >= square.z) {
    order[base + j] = f32(j);
    return;
  }
  let own = values((base + j) / 4u)[j % 4u];
  var before = 0u;
  for (var k = 0u; k * 4u < square.z; k++) {
    let others = values(base / 4u + k);
    for (var c = 0u; c < 4u; c++) {
      let i = k * 4u + c;
      if (i < square.z && (others[c] > own || (others[c] == own && i < j))) { before++; }
    }
  }
  order[base + before] = f32(j);
}
