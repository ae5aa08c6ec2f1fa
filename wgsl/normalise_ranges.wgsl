// Divides ranges of a vector by their norms, zero staying zero:  y[i] = x[i]/norms[r] in range r; 0 outside all ranges
// x, y: [length] vec4s; range_of: for each vec4 its range's number, −1 for none; norms from norms.wgsl. One invocation per 4 entries;
// dispatch: workgroups of 64 along x and y. Each entry is independent: same bits on every run.
{{uniform length: u32}}
{{read x}}
{{read range_of: array<i32>}}
{{read norms: array<f32>}}
{{write y: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  let range = range_of[i];
  var inverse = 0.0;
  if (range >= 0) {
    let norm = norms[range];
    if (norm > 0.0) { inverse = 1.0 / norm; }
  }
  y[i] = x(i) * inverse;
}
