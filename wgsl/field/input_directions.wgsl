// The derivatives of an input's columns by themselves, behind its values:  x[directions block j, n, c] = 1 if c = j, else 0
// x: from its block 1 on: [blocks, rows, stride]. A block beyond the last column, that of the Laplacian, becomes 0.
// One invocation per entry of these blocks; dispatch: workgroups of 64 along x and y. Every run gives the same bits.
{{uniform rows: u32, stride: u32, directions: u32, blocks: u32}}
{{write x: array<f32>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  let block = i / u.stride / u.rows;
  if (block >= u.blocks) { return; }
  x[i] = select(0.0, 1.0, block < u.directions && i % u.stride == block);
}
