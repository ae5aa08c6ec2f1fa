// The pixels of some samples of a batch:  pixels[first + n] = table[samples[first + n]],  n < count
// samples: numbers of entries of the table; table: numbers of pixels; pixels: at least as long as first + count.
// One invocation per sample; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform count: u32, first: u32}}
{{read samples: array<u32>}}
{{read table: array<u32>}}
{{write pixels: array<u32>}}
{{include invocation_index}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = invocation_index(id, groups, 64u);
  if (n >= u.count) { return; }
  pixels[u.first + n] = table[samples[u.first + n]];
}
