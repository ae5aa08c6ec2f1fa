// Decoupled weight decay:  θ ← (1−λη)θ
// parameters (θ): [length] vec4s; shrink = 1 − λη, λ the weight decay.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, shrink: f32}}
{{update parameters}}
{{include each_entry}}

fn entry(i: u32) {
  parameters[i] = u.shrink * parameters_before(i);
}
