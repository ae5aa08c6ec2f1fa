// A combination of the first vectors of a basis:  sum = Σ_j coefficients[j] b_j,  j < count
// basis: [count, length] vec4s; coefficients: [count]; sum: [length] vec4s.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. The vectors of the basis are taken in their order, in f32:
// every run gives the same bits.
{{uniform length: u32, count: u32}}
{{read basis}}
{{read coefficients: array<f32>}}
{{write sum: array<vec4f>}}
{{include each_entry}}

fn entry(i: u32) {
  var total = vec4f();
  for (var j = 0u; j < u.count; j++) { total += coefficients[j] * basis(j * u.length + i); }
  sum[i] = total;
}
