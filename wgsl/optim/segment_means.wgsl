// Means of segments' real entries:  means[s] = Σ d / entries
// segments: [count] (first vec4, vec4s, entries, 0); data: vec4s, padding 0 (so that it adds nothing). One workgroup of 64 a segment:
// lane l adds vec4s l, l + 64, … in order, then a tree in workgroup memory adds the lanes: same bits on every run. Dispatch: count.
{{read data}}
{{read segments: array<vec4u>}}
{{write means: array<f32>}}
var<workgroup> lanes: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let segment = segments[group.x];
  var sum = vec4f();
  for (var i = lane; i < segment.y; i += 64u) { sum += data(segment.x + i); }
  lanes[lane] = sum;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { lanes[lane] += lanes[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let total = lanes[0];
    means[group.x] = ((total.x + total.y) + (total.z + total.w)) / f32(segment.z);
  }
}
