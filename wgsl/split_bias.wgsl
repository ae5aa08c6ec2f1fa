// Takes weights and biases apart again:  [W b] = joined
// maps, vector, joined: as in join_bias.wgsl. One invocation an entry of joined; dispatch: workgroups of 64 along x and y, maps along z.
// Exact.
{{read maps: array<vec4u>}}
{{read joined: array<f32>}}
{{write vector: array<f32>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let weight = maps[id.z * 2u];
  let place = maps[id.z * 2u + 1u];
  let i = id.x + id.y * groups.x * 64u;
  let row = i / place.z;
  let column = i % place.z;
  if (row >= weight.z) { return; }
  if (column < weight.w) { vector[weight.x + row * weight.y + column] = joined[place.y + i]; }
  if (column == weight.w && place.x != 0xffffffffu) { vector[place.x + row] = joined[place.y + i]; }
}
