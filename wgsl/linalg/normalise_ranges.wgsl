// Ranges of a vector divided by their norms, where a range that is zero stays zero:  y[i] = x[i]/norms[r] in range r
// x, y: vec4s; y does not change outside the ranges. ranges: [count] (first vec4, number of vec4s, 0, 0); norms: [count], as norms.wgsl
// writes them.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y, ranges along z. Entries are independent: every run gives
// the same bits.
{{read x}}
{{read ranges}}
{{read norms}}
{{write y: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let range = vec4u(ranges(id.z));
  let i = invocation_index(id, groups, 64u);
  if (i >= range.y) { return; }
  let norm = norms(id.z / 4u)[id.z % 4u];
  var inverse = 0.0;
  if (norm > 0.0) { inverse = 1.0 / norm; }
  y[range.x + i] = x(range.x + i) * inverse;
}
