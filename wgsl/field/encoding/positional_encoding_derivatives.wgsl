// The derivatives of the positional encoding by each coordinate (docs/math.md, section 1), and after them, if there is one block more, the
// sum of its second derivatives. For a coordinate c, with s = sin(2ᵏπ x_c) and e = cos(2ᵏπ x_c):
//   ∂s/∂x_c = 2ᵏπ e,  ∂e/∂x_c = −2ᵏπ s,  Δs = −(2ᵏπ)² s,  Δe = −(2ᵏπ)² e;  derivatives by other coordinates are 0
// x: [rows, x_stride]; derivatives: [blocks, rows, stride], blocks = inputs or inputs + 1; columns are those of positional_encoding.wgsl.
// One invocation per entry of `derivatives`; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform rows: u32, inputs: u32, octaves: u32, x_stride: u32, stride: u32, blocks: u32}}
{{read x: array<f32>}}
{{write derivatives: array<f32>}}
{{include invocation_index}}
{{include sine}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let row = i / u.stride % u.rows;
  let block = i / u.stride / u.rows;
  let column = i % u.stride;
  if (block >= u.blocks) { return; }
  var entry = 0.0;
  if (column < u.inputs) {
    entry = select(0.0, 1.0, column == block);
  } else if (column < u.inputs * (1u + 2u * u.octaves)) {
    let k = column - u.inputs;
    let coordinate = k / (2u * u.octaves);
    let octave = k % u.octaves;
    let scaled = vec4f(x[row * u.x_stride + coordinate] * f32(1u << octave));
    let s = sinpi(scaled).x;
    let e = cospi(scaled).x;
    let rate = 3.14159265358979 * f32(1u << octave);
    let is_sine = k % (2u * u.octaves) < u.octaves;
    if (block == u.inputs) {
      entry = -rate * rate * select(e, s, is_sine);
    } else if (block == coordinate) {
      entry = rate * select(-s, e, is_sine);
    }
  }
  derivatives[i] = entry;
}
