// The inverse of outcome_gather.wgsl, after the outcome was reduced:
//   losses[slot] ← outcome[0],  flags[0] ← min(flags[0], step) if outcome[1] ≠ 0
// outcome, losses, flags: as in outcome_gather.wgsl. Dispatch: one workgroup of one invocation. The result is exact.
{{uniform slot: u32, step: u32}}
{{read outcome: array<f32>}}
{{write losses: array<f32>}}
{{write flags: array<atomic<u32>>}}

@compute @workgroup_size(1)
fn main() {
  losses[u.slot] = outcome[0];
  // By bits: comparisons with NaN may be folded away, and −0 is 0.
  if ((bitcast<u32>(outcome[1]) & 0x7fffffffu) != 0u) { atomicMin(&flags[0], u.step); }
}
