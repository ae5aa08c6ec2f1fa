// Signed square roots, in place:  x ← sign(x)√|x|
// x: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Each entry is independent: same bits on
// every run.
{{uniform length: u32}}
{{update x}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  let entries = x_before(i);
  x[i] = sign(entries) * sqrt(abs(entries));
}
