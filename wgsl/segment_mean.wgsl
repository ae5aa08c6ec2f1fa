// The mean of one segment's real entries:  means[slot] = Σ d / (rows·columns)
// data: [rows, stride] from vec4 `offset` on, padding 0 (so that it adds nothing). Lane l of the one workgroup of 64 adds vec4s
// l, l + 64, … in order, then a tree in workgroup memory adds the lanes: same bits on every run. Dispatch: 1.
{{uniform offset: u32, size: u32, scale: f32, slot: u32}}
{{read data}}
{{write means: array<f32>}}
var<workgroup> lanes: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = vec4f();
  for (var i = lane; i < u.size; i += 64u) { sum += data(u.offset + i); }
  lanes[lane] = sum;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { lanes[lane] += lanes[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let total = lanes[0];
    means[u.slot] = u.scale * ((total.x + total.y) + (total.z + total.w));
  }
}
