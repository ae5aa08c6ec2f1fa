// ESGD in a rotated basis on a whole vector. Primes mark what is rotated; where no basis is rotated it is the same as without:
//   m ← β₁m + (1−β₁)g,  m' ← β₁m' + (1−β₁)g',  step = m̂'/(D·correction2 + ε)
// m̂' = m'·correction1; D is what equilibrate.wgsl writes. All buffers are [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Entries are independent: every run gives the same bits.
{{uniform length: u32, beta1: f32, rest1: f32, correction1: f32, correction2: f32, epsilon: f32}}
{{read gradient}}
{{read rotated_gradient}}
{{update first_moment}}
{{update rotated_moment}}
{{read preconditioner}}
{{write step: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  first_moment[i] = u.beta1 * first_moment_before(i) + u.rest1 * gradient(i);
  let m = u.beta1 * rotated_moment_before(i) + u.rest1 * rotated_gradient(i);
  rotated_moment[i] = m;
  step[i] = m * u.correction1 / (preconditioner(i) * u.correction2 + u.epsilon);
}
