// Weights with their biases as a last column:  joined = [W b]
// maps: for each two entries, in vec4s, (first of W, stride of W, rows, columns in numbers), (first of b, first of joined, stride of
// joined, 1 if there is a b); vector: the parameters' layout, padding 0. One invocation per 4 × 4 entries of joined; dispatch:
// workgroups of 64 along x and y, maps along z. Exact.
{{read maps}}
{{read vector}}
{{write joined: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let weight = vec4u(maps(id.z * 2u));
  let place = vec4u(maps(id.z * 2u + 1u));
  let i = id.x + id.y * groups.x * 64u;
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
