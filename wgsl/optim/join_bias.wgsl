// Weights with their biases as a last column:  joined = [W b]
// maps: for each two vec4s, (first vec4 of W, stride of W, rows, columns in entries), (first vec4 of b, first vec4 of joined, stride of
// joined, 1 if there is a b), strides in vec4s; vector: the parameters' layout, padding 0; joined: the matrices.
// One invocation per 4 × 4 entries of joined; dispatch: workgroups of 64 along x and y, maps along z. The copy is exact.
{{read maps}}
{{read vector}}
{{write joined: array<vec4f>}}
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
  var entries{{j}} = vec4f();
{{end}}
  if (column < weight.y) {
{{for j in 0..4}}
    entries{{j}} = vector(weight.x + (row + {{j}}u) * weight.y + column);
{{end}}
  }
  if (column == weight.w / 4u && place.w == 1u) {
    let biases = vector(place.x + row / 4u);
    let here = vec4u(weight.w % 4u) == vec4u(0u, 1u, 2u, 3u);
{{for j in 0..4}}
    entries{{j}} = select(entries{{j}}, vec4f(biases[{{j}}]), here);
{{end}}
  }
{{for j in 0..4}}
  joined[place.y + (row + {{j}}u) * place.z + column] = entries{{j}};
{{end}}
}
