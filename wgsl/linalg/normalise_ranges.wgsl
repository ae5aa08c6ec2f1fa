// Divides ranges of a vector by their norms, zero staying zero:  y[i] = x[i]/norms[r] in range r; elsewhere y stays as it is
// x, y: vec4s; ranges: [count] (first vec4, vec4s, 0, 0); norms from norms.wgsl. One invocation per 4 entries; dispatch: workgroups of 64
// along x and y, ranges along z. Each entry is independent: same bits on every run.
{{read x}}
{{read ranges}}
{{read norms}}
{{write y: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let range = vec4u(ranges(id.z));
  let i = id.x + id.y * groups.x * 64u;
  if (i >= range.y) { return; }
  let norm = norms(id.z / 4u)[id.z % 4u];
  var inverse = 0.0;
  if (norm > 0.0) { inverse = 1.0 / norm; }
  y[range.x + i] = x(range.x + i) * inverse;
}
