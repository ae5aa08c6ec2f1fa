// A layer's share of the bias gradient, or of a product's bias part, summed over parts of the batch:  b̄ = Σ_n Z̄
// z: [rows, outputs]; partials: [splits, stride] vec4s: split s writes outputs/4 vec4s from s·stride + offset on, the sum over the
// rows from s·rows_per_split on.
// One invocation per 4 outputs; dispatch: workgroups of 64 along x, splits along y. Rows are added in their order, in f32: every
// run gives the same bits.
{{uniform rows: u32, rows_per_split: u32, outputs: u32, offset: u32, stride: u32}}
{{read z}}
{{write partials: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let width = u.outputs / 4u;
  if (id.x >= width) { return; }
  let first = id.y * u.rows_per_split;
  let end = min(first + u.rows_per_split, u.rows);
  var sum = vec4f();
  for (var n = first; n < end; n++) { sum += z(n * width + id.x); }
  partials[id.y * u.stride + u.offset + id.x] = sum;
}
