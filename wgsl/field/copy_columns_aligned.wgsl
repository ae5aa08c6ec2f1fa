// Does the same as copy_columns.wgsl, but four columns at a time. First columns and span must be multiples of 4 (strides always are):
//   destination[n, to_column + j] ← (destination[n, to_column + j] if add) + source[n, from_column + j],  j < width
//   and 0 in place of the source's entry for width ≤ j < span
// source: [rows, from_stride]; destination: [rows, to_stride]; all sizes are in entries.
// One invocation per 4 entries of the span; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the
// same bits.
{{uniform rows: u32, width: u32, span: u32, from_stride: u32, from_column: u32, to_stride: u32, to_column: u32, add: u32}}
{{read source: vec4f}}
{{write destination: array<vec4f>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let row = i / (u.span / 4u);
  let j = i % (u.span / 4u) * 4u;
  if (row >= u.rows) { return; }
  let target_index = (row * u.to_stride + u.to_column + j) / 4u;
  let exists = j + vec4u(0u, 1u, 2u, 3u) < vec4u(u.width);
  var entry = vec4f();
  if (j < u.width) { entry = select(entry, source((row * u.from_stride + u.from_column + j) / 4u), exists); }
  if (u.add == 1u) { entry += destination[target_index]; }
  destination[target_index] = entry;
}
