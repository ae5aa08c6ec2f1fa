// The end of Muon's step, where scale > 0:  θ ← (1−λη)θ − η scale X,  scale = √max(1, rows/columns)
// shrink = 1 − λη. parameters, orthogonal (X): [length] vec4s; scale: one number per vec4.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32}}
{{update parameters}}
{{read orthogonal}}
{{read scale: array<f32>}}
{{include each_entry}}

fn entry(i: u32) {
  if (scale[i] == 0.0) { return; }
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * scale[i] * orthogonal(i);
}
