// Adam in a rotated basis (SOAP, Vyas et al. 2024, algorithm 3) on a whole vector; primes: rotated:
//   matrices (matrix = 1):  m ← β₁m + (1−β₁)g,  m' ← β₁m' + (1−β₁)g',  s ← β₂s + (1−β₂)g'²,  step = m̂'/(√ŝ + ε)
//   all else:               m ← β₁m + (1−β₁)g,  s ← β₂s + (1−β₂)g²,  step = m̂/(√ŝ + ε)
// m̂ = m·correction1, ŝ = s·correction2. All buffers [length] vec4s, but matrix: one number per vec4. One invocation per 4 entries;
// dispatch: workgroups of 64 along x and y. Each entry is independent: same bits on every run.
{{uniform length: u32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, correction1: f32, correction2: f32, epsilon: f32}}
{{read gradient}}
{{read rotated_gradient}}
{{read matrix: array<f32>}}
{{update first_moment}}
{{update rotated_moment}}
{{update second_moment}}
{{write step: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  var g = gradient(i);
  var m = u.beta1 * first_moment_before(i) + u.rest1 * g;
  first_moment[i] = m;
  if (matrix[i] > 0.0) {
    g = rotated_gradient(i);
    m = u.beta1 * rotated_moment_before(i) + u.rest1 * g;
    rotated_moment[i] = m;
  }
  let s = u.beta2 * second_moment_before(i) + u.rest2 * g * g;
  second_moment[i] = s;
  step[i] = m * u.correction1 / (sqrt(s * u.correction2) + u.epsilon);
}
