// The sum of all layers' partial gradients over the splits of the batch. With `keep` it is added to what the gradient contains:
//   g ← Σ_s partials[s],  with `keep`: g ← g + Σ_s partials[s]
// and with `loss` the sum of the rows' losses:  losses[slot] ← Σ_n row_loss[n], n < rows,  with `keep` added to what the slot contains
// partials: [splits, length] vec4s; gradient: [length] vec4s, which with `keep` holds the sum over earlier chunks of the batch;
// flags[0]: the smallest step at which an entry was not finite; flags[3], ~flags[4]: the first and the last vec4 with such an entry then.
// row_loss: [rows]; losses: a ring buffer with one number per slot.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Splits are added in their order. The first workgroup also sums
// the losses: lane l adds rows l, l + 64, … in their order, then a tree adds the lanes. All is in f32: every run gives the same bits.
{{if loss}}
{{uniform length: u32, splits: u32, step: u32, rows: u32, slot: u32}}
{{read row_loss: array<f32>}}
{{write losses: array<f32>}}
alias Lane = f32;
{{include lane_sum}}
{{else}}
{{uniform length: u32, splits: u32, step: u32}}
{{end}}
{{read partials}}
{{if keep}}
{{update gradient}}
{{else}}
{{write gradient: array<vec4f>}}
{{end}}
{{write flags: array<atomic<u32>>}}
{{include invocation_index}}
{{include not_finite}}

fn entry(i: u32) {
  var sum = partials(i);
  for (var s = 1u; s < u.splits; s++) { sum += partials(s * u.length + i); }
{{if keep}}
  sum += gradient_before(i);
{{end}}
  gradient[i] = sum;
  if (not_finite(sum)) {
    let before = atomicMin(&flags[0], u.step);
    if (before >= u.step) {
      atomicMin(&flags[3], i);
      atomicMin(&flags[4], ~i);
    }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = invocation_index(id, groups, 64u);
  if (i < u.length) { entry(i); }
{{if loss}}
  if (group.x + group.y > 0u) { return; }
  var sum = 0.0;
  for (var n = lane; n < u.rows; n += 64u) { sum += row_loss[n]; }
  var total = lane_sum(lane, sum);
  if (lane == 0u) {
{{if keep}}
    total += losses[u.slot];
{{end}}
    losses[u.slot] = total;
  }
{{end}}
}
