// Makes a vector orthogonal to the first vectors of a basis, given its components along them, and notes the last component:
//   w ← w − Σ_j components[j] b_j,  diagonal[step] ← diagonal[step] + components[count − 1]
// basis: [count, length] vec4s; components: [count]; w: [length] vec4s; diagonal: one number for each step.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. The vectors of the basis are taken in their order, in f32:
// every run gives the same bits.
{{uniform length: u32, count: u32}}
{{read basis}}
{{read components: array<f32>}}
{{update w}}
{{write diagonal: array<f32>}}
{{include each_entry}}

fn entry(i: u32) {
  var rest = w_before(i);
  for (var j = 0u; j < u.count; j++) { rest -= components[j] * basis(j * u.length + i); }
  w[i] = rest;
  if (i == 0u) { diagonal[u.count - 1u] += components[u.count - 1u]; }
}
