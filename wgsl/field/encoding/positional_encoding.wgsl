// Positional encoding (Mildenhall et al. 2020):  [x, then for each coordinate c: sin(2ᵏπ x_c), k < octaves; cos(2ᵏπ x_c)]
// x: [rows, x_stride], of which `inputs` columns are not padding; encoded: [rows, stride], 0 from column inputs·(1 + 2·octaves) on.
// 2ᵏx is exact, and half turns are subtracted exactly before the multiplication by π, so that high octaves lose no accuracy.
// One invocation per entry of `encoded`; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the
// same bits.
{{uniform rows: u32, inputs: u32, octaves: u32, x_stride: u32, stride: u32}}
{{read x: array<f32>}}
{{write encoded: array<f32>}}
{{include invocation_index}}
{{include sine}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let row = i / u.stride;
  let column = i % u.stride;
  if (row >= u.rows) { return; }
  var entry = 0.0;
  if (column < u.inputs) {
    entry = x[row * u.x_stride + column];
  } else if (column < u.inputs * (1u + 2u * u.octaves)) {
    let k = column - u.inputs;
    let coordinate = x[row * u.x_stride + k / (2u * u.octaves)];
    let octave = k % u.octaves;
    let scaled = vec4f(coordinate * f32(1u << octave));
    entry = select(cospi(scaled), sinpi(scaled), k % (2u * u.octaves) < u.octaves).x;
  }
  encoded[i] = entry;
}
