// Adds the partial sums of all layers over the splits of the batch:  g ← (g +) Σ_s partials[s]
// partials: [splits, length] vec4s; gradient: [length] vec4s, kept and added to (keep = 1, fresh = 0) when it holds earlier
// chunks of the batch. Sets flags[0] to the smallest step at which an entry was not finite.
// One invocation per 4 entries; dispatch: workgroups of 64 along x and y. Splits are added in their order: same bits on
// every run.
{{uniform length: u32, splits: u32, step: u32}}
{{read partials}}
{{for k in 0..keep}}
{{update gradient}}
{{end}}
{{for k in 0..fresh}}
{{write gradient: array<vec4f>}}
{{end}}
{{write flags: array<atomic<u32>>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= u.length) { return; }
  var sum = partials(i);
  for (var s = 1u; s < u.splits; s++) { sum += partials(s * u.length + i); }
{{for k in 0..keep}}
  sum += gradient_before(i);
{{end}}
  gradient[i] = sum;
  // Comparisons with NaN may be folded away, bits are not.
  let magnitude = bitcast<vec4u>(sum) & vec4u(0x7fffffffu);
  if (any(magnitude >= vec4u(0x7f800000u))) { atomicMin(&flags[0], u.step); }
}
