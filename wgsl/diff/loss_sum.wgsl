// The loss of a chunk of the batch. If keep = 1 it is added to the number in its slot:
//   losses[slot] ← (losses[slot] if keep) + Σ_n row_loss[n],  n < rows
// row_loss: [rows]; losses: a ring buffer with one number per slot.
// Dispatch: one workgroup of 64. Lane l adds rows l, l + 64, … in their order, then a tree adds the lanes, all in f32: every run
// gives the same bits.
{{uniform rows: u32, slot: u32, keep: u32}}
{{read row_loss: array<f32>}}
{{write losses: array<f32>}}
alias Lane = f32;
{{include lane_sum}}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var n = lane; n < u.rows; n += 64u) { sum += row_loss[n]; }
  var total = lane_sum(lane, sum);
  if (lane == 0u) {
    if (u.keep == 1u) { total += losses[u.slot]; }
    losses[u.slot] = total;
  }
}
