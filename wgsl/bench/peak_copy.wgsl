// A copy, to measure what memory can carry and, with one workgroup, what a dispatch costs:  destination_i ← source_i
// source, destination: [length] vec4s. One invocation per 4 entries; dispatch: workgroups of 64 along x and y. It moves
// 32·length bytes. Each entry is independent: same bits on every run.
{{uniform length: u32}}
{{read source}}
{{write destination: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  destination[i] = source(i);
}
