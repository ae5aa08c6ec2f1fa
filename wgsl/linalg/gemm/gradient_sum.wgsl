// The sum of all layers' partial gradients over the splits of the batch. With `keep` it is added to what the gradient contains:
//   g ← Σ_s partials[s],  with `keep`: g ← g + Σ_s partials[s]
// partials: [splits, length] vec4s; gradient: [length] vec4s, which with `keep` holds the sum over earlier chunks of the batch;
// flags[0]: the smallest step at which an entry was not finite; flags[3], ~flags[4]: the first and the last vec4 with such an entry then.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Splits are added in their order, in f32: every run gives
// the same bits.
{{uniform length: u32, splits: u32, step: u32}}
{{read partials}}
{{if keep}}
{{update gradient}}
{{else}}
{{write gradient: array<vec4f>}}
{{end}}
{{write flags: array<atomic<u32>>}}
{{include each_entry}}
{{include not_finite}}

fn entry(i: u32) {
  var sum = partials(i);
  for (var s = 1u; s < u.splits; s++) { sum += partials(s * u.length + i); }
{{if keep}}
  sum += gradient_before(i);
{{end}}
  gradient[i] = sum;
  if (not_finite(sum)) {
    let before = atomicMin(&flags[0], u.step);
    if (before >= u.step) {
      atomicMin(&flags[3], i);
      atomicMin(&flags[4], ~i);
    }
  }
}
