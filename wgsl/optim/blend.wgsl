// A running mean:  average ← keep·average + share·x
// average, x: [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, keep: f32, share: f32}}
{{update average}}
{{read x}}
{{include each_entry}}

fn entry(i: u32) {
  average[i] = u.keep * average_before(i) + u.share * x(i);
}
