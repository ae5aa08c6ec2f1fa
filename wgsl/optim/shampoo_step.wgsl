// The end of Shampoo's step (Gupta et al. 2018, grafted after Anil et al. 2020), D being the direction that is grafted to:
//   P ← P‖D‖/‖P‖ in preconditioned matrices, P = D elsewhere;  buf ← μ buf + P,  θ ← (1−λη)θ − η(P + μ buf)
// shrink = 1 − λη. parameters, direction (D), preconditioned (P), momentum: [length] vec4s; range_of: for each vec4 the number of its
// matrix, −1 where there is none; direction_norms, preconditioned_norms: [matrices].
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32, momentum_factor: f32}}
{{update parameters}}
{{read direction}}
{{read preconditioned}}
{{update momentum}}
{{read range_of: array<i32>}}
{{read direction_norms: array<f32>}}
{{read preconditioned_norms: array<f32>}}
{{include each_entry}}

fn entry(i: u32) {
  let range = range_of[i];
  var p = direction(i);
  if (range >= 0) {
    let norm = preconditioned_norms[range];
    var scale = 0.0;
    if (norm > 0.0) { scale = direction_norms[range] / norm; }
    p = preconditioned(i) * scale;
  }
  let buf = u.momentum_factor * momentum_before(i) + p;
  momentum[i] = buf;
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * (p + u.momentum_factor * buf);
}
