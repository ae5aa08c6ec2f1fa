// Copies columns from one matrix to another, for concatenation and its adjoint:
//   destination[n, to_column + j] ← (destination[n, to_column + j] if add) + source[n, from_column + j],  j < width
//   and 0 in place of the source's entry for width ≤ j < span
// source: [rows, from_stride]; destination: [rows, to_stride]; the first columns can have any index.
// One invocation per entry of the span; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform rows: u32, width: u32, span: u32, from_stride: u32, from_column: u32, to_stride: u32, to_column: u32, add: u32}}
{{read source: f32}}
{{write destination: array<f32>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let row = i / u.span;
  let j = i % u.span;
  if (row >= u.rows) { return; }
  let target_index = row * u.to_stride + u.to_column + j;
  var entry = 0.0;
  if (j < u.width) { entry = source(row * u.from_stride + u.from_column + j); }
  if (u.add == 1u) { entry += destination[target_index]; }
  destination[target_index] = entry;
}
