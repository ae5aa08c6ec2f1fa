// Weights with their biases as a last column:  joined = [W b]
// maps: for each two entries, in numbers, (first of W, stride of W, rows, columns), (first of b, all ones for none; first of joined; stride
// of joined; 0); vector: the parameters' layout. One invocation an entry of joined; dispatch: workgroups of 64 along x and y, maps along z.
// Exact.
{{read maps: array<vec4u>}}
{{read vector: array<f32>}}
{{write joined: array<f32>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let weight = maps[id.z * 2u];
  let place = maps[id.z * 2u + 1u];
  let i = id.x + id.y * groups.x * 64u;
  let row = i / place.z;
  let column = i % place.z;
  if (row >= weight.z) { return; }
  var entry = 0.0;
  if (column < weight.w) { entry = vector[weight.x + row * weight.y + column]; }
  if (column == weight.w && place.x != 0xffffffffu) { entry = vector[place.x + row]; }
  joined[place.y + i] = entry;
}
