// The inverse of join_bias.wgsl, which takes weights and biases apart again:  [W b] = joined
// maps, vector, joined: as in join_bias.wgsl; the padding of joined is 0.
// One invocation per 4 × 4 entries of joined; dispatch: workgroups of 64 along x and y, maps along z. The copy is exact.
{{read maps}}
{{read joined}}
{{write vector: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let weight = vec4u(maps(id.z * 2u));
  let place = vec4u(maps(id.z * 2u + 1u));
  let i = invocation_index(id, groups, 64u);
  let row = i / place.z * 4u;
  let column = i % place.z;
  if (row >= weight.z) { return; }
{{for j in 0..4}}
  let entries{{j}} = joined(place.y + (row + {{j}}u) * place.z + column);
{{end}}
  if (column < weight.y) {
    let exists = column * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(weight.w);
{{for j in 0..4}}
    vector[weight.x + (row + {{j}}u) * weight.y + column] = select(vec4f(), entries{{j}}, exists);
{{end}}
  }
  if (column == weight.w / 4u && place.w == 1u) {
    let c = weight.w % 4u;
    vector[place.x + row / 4u] = vec4f(entries0[c], entries1[c], entries2[c], entries3[c]);
  }
}
