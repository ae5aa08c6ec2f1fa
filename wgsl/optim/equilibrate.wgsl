// ESGD's preconditioner on a whole vector, before bias correction:  D = √d,  with `damped`: D = √d + ρ √mean(d)
// √d estimates the 2-norms of the Hessian's rows; they are damped relative to their root mean square over each segment.
// average (d), preconditioner (D): [length] vec4s; segment_of: for each vec4 the number of its segment, −1 for none; means: as
// segment_means.wgsl writes them.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, damping: f32}}
{{read average}}
{{if damped}}
{{read segment_of: array<i32>}}
{{read means: array<f32>}}
{{end}}
{{write preconditioner: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  var damping = 0.0;
{{if damped}}
  let segment = segment_of[i];
  if (segment >= 0) { damping = u.damping * sqrt(means[segment]); }
{{end}}
  preconditioner[i] = sqrt(average(i)) + damping;
}
