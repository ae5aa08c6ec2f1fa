// The entry point of kernels that do the same for every vec4 of square matrices: it calls `entry(at)` once for each, padding included.
// It declares `squares`, and the including kernel defines `fn entry(at: SquareEntry)`.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size).
// One invocation per vec4; dispatch: workgroups of 64 along x and y, matrices along z (`Squares.eachEntry`).
{{read squares}}
{{include invocation_index}}

// The matrix: its number, first vec4, stride in vec4s and size. The vec4 in it: row, column in vec4s, and index in the buffer.
struct SquareEntry { matrix: u32, first: u32, stride: u32, size: u32, row: u32, column: u32, index: u32 }

// The identity there; 0 in the padding.
fn unit_at(at: SquareEntry) -> vec4f {
  if (at.column != at.row / 4u || at.row >= at.size) { return vec4f(); }
  return vec4f(vec4u(at.row % 4u) == vec4u(0u, 1u, 2u, 3u));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let square = vec4u(squares(id.z));
  let i = invocation_index(id, groups, 64u);
  let row = i / square.y;
  if (row < square.w) { entry(SquareEntry(id.z, square.x, square.y, square.z, row, i % square.y, square.x + i)); }
}
