// Euclidean norms of ranges of a vector:  norms[r] = √Σ x²
// data: vec4s, whose padding is 0 and adds nothing; ranges: [count] (first vec4, number of vec4s, 0, 0); norms: [count].
// Dispatch: one workgroup of 64 per range, along x. The order of the sums is fixed (range_norm.wgsl): every run gives the same bits.
{{read data}}
{{read ranges}}
{{write norms: array<f32>}}
{{include range_norm}}

fn entries_at(i: u32) -> vec4f { return data(i); }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let range = vec4u(ranges(group.x));
  let norm = range_norm(lane, range.x, range.y);
  if (lane == 0u) { norms[group.x] = norm; }
}
