// The outcome of a step, put beside its gradient so that both are reduced together:
//   outcome ← [losses[slot], 1 if something was not finite at or before the step, else 0]
// losses: the ring of losses; flags[0]: the first step at which something was not finite, all ones while there is none; outcome: [2].
// Dispatch: one workgroup of one invocation. The result is exact.
{{uniform slot: u32, step: u32}}
{{read losses: array<f32>}}
{{read flags: array<u32>}}
{{write outcome: array<f32>}}

@compute @workgroup_size(1)
fn main() {
  outcome[0] = losses[u.slot];
  outcome[1] = select(0.0, 1.0, flags[0] <= u.step);
}
