// Adds up a chunk's loss:  losses[slot] ← (losses[slot] if keep) + Σ_n row_loss[n],  n < rows
// Lane l of the one workgroup of 64 adds rows l, l + 64, … in order, then a tree in workgroup memory adds the lanes: same
// bits on every run. Dispatch: 1.
{{uniform rows: u32, slot: u32, keep: u32}}
{{read row_loss: array<f32>}}
{{write losses: array<f32>}}
var<workgroup> lanes: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var n = lane; n < u.rows; n += 64u) { sum += row_loss[n]; }
  lanes[lane] = sum;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { lanes[lane] += lanes[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    var total = lanes[0];
    if (u.keep == 1u) { total += losses[u.slot]; }
    losses[u.slot] = total;
  }
}
