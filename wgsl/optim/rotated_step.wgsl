// The end of a step that was computed in a rotated basis:  θ ← (1−λη)θ − η step
// shrink = 1 − λη. parameters, step (rotated back): [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32}}
{{update parameters}}
{{read step}}
{{include each_entry}}

fn entry(i: u32) {
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * step(i);
}
