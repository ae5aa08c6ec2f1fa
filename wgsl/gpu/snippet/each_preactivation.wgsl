// The entry point of kernels that go over the preactivations of a layer: it calls `entry` once for each vec4 of [rows, width].
// The including kernel declares the uniforms `rows` and `width` (padded columns), reads `z`, [rows, maps, width], is given the values
// `activation` and `maps`, and defines `fn entry(i: u32, first: u32, at: Preactivation)`:
//   i: the vec4's index in [rows, width]; first: its index in the first map of [rows, maps, width]; at: its preactivations, one for each map
// One invocation per vec4; dispatch: linearGroups(rows · width / 4, 64), workgroups of 64 along x and y.
{{include invocation_index}}

alias Preactivation = array<vec4f, {{maps}}>;
{{include activation}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let width = u.width / 4u;
  if (i >= u.rows * width) { return; }
  let first = i / width * {{maps}}u * width + i % width;
  var at: Preactivation;
{{for m in 0..maps}}
  at[{{m}}] = z(first + {{m}}u * width);
{{end}}
  entry(i, first, at);
}
