// Means of the entries of segments:  means[s] = Σ d / entries
// segments: [count] (first vec4, vec4s, entries without padding, 0); data (d): vec4s, whose padding is 0 and adds nothing; means: [count].
// Dispatch: one workgroup of 64 per segment, along x. Lane l adds vec4s l, l + 64, … in their order, then a tree adds the lanes, in
// f32: every run gives the same bits.
{{read data}}
{{read segments: array<vec4u>}}
{{write means: array<f32>}}
alias Lane = vec4f;
{{include lane_sum}}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let segment = segments[group.x];
  var sum = vec4f();
  for (var i = lane; i < segment.y; i += 64u) { sum += data(segment.x + i); }
  let total = lane_sum(lane, sum);
  if (lane == 0u) { means[group.x] = ((total.x + total.y) + (total.z + total.w)) / f32(segment.z); }
}
