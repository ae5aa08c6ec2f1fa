// Euclidean norms of ranges of a vector:  norms[r] = √Σ x²
// data: vec4s, whose padding is 0 and adds nothing; ranges: [count] (first vec4, number of vec4s, 0, 0); norms: [count].
// Dispatch: one workgroup of 64 per range, along x. Lane l adds vec4s l, l + 64, … in their order, then a tree adds the lanes, in f32:
// every run gives the same bits.
{{read data}}
{{read ranges}}
{{write norms: array<f32>}}
alias Lane = vec4f;
{{include lane_sum}}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let range = vec4u(ranges(group.x));
  var sum = vec4f();
  for (var i = lane; i < range.y; i += 64u) {
    let x = data(range.x + i);
    sum += x * x;
  }
  let total = lane_sum(lane, sum);
  if (lane == 0u) { norms[group.x] = sqrt((total.x + total.y) + (total.z + total.w)); }
}
