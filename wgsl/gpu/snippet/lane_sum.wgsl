// The sum of one value from each of the first 64 invocations (lanes) of a workgroup:  Σ_l own_l
// The including kernel defines the type `Lane` (f32, vec2f, …) and calls this from all lanes, with a barrier between two calls. A tree in
// workgroup memory adds the lanes in a fixed order: every run gives the same bits.
var<workgroup> lanes: array<Lane, 64>;

fn lane_sum(lane: u32, own: Lane) -> Lane {
  if (lane < 64u) { lanes[lane] = own; }
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { lanes[lane] += lanes[lane + half]; }
    workgroupBarrier();
  }
  return lanes[0];
}
