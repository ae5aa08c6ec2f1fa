// ESGD's step (Chng, Saratchandran & Lucey 2025; Dauphin, de Vries & Bengio 2015) on a whole vector:
//   m ← β₁m + (1−β₁)g,  θ ← (1−λη)θ − η m̂/(D·correction2 + ε)
// m̂ = m·correction1, shrink = 1 − λη, correction2 = 1/√(1−β₂^κ); D is what equilibrate.wgsl writes.
// parameters, gradient, first_moment, preconditioner (D): [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, learning_rate: f32, shrink: f32, beta1: f32, rest1: f32, correction1: f32, correction2: f32, epsilon: f32}}
{{update parameters}}
{{read gradient}}
{{update first_moment}}
{{read preconditioner}}
{{include each_entry}}

fn entry(i: u32) {
  let m = u.beta1 * first_moment_before(i) + u.rest1 * gradient(i);
  first_moment[i] = m;
  let step = m * u.correction1 / (preconditioner(i) * u.correction2 + u.epsilon);
  parameters[i] = u.shrink * parameters_before(i) - u.learning_rate * step;
}
