// As many multiply-adds in registers as the adapter can make, to measure the peak that kernels are compared with:
//   x_c ← x_c·factor + term,  c < chains, steps·loops times
// result: [invocations] vec4s, the sums of the chains, which are stored so that the compiler cannot leave the work out.
// One invocation makes 8·chains·steps·loops floating-point operations; dispatch: workgroups of 64 along x. The chains do not
// depend on each other, which hides the latency of each. Precision: f32; the adapter decides whether it fuses products and sums.
{{uniform loops: u32, factor: f32, term: f32}}
{{write result: array<vec4f>}}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // Read once: loads inside the loop would be what is measured.
  let factor = u.factor;
  let term = u.term;
  {{for c in 0..chains}}var x{{c}} = vec4f(f32(id.x), f32({{c}}), 1.0, 0.5);
  {{end}}
  for (var i = 0u; i < u.loops; i++) {
    {{for s in 0..steps}}{{for c in 0..chains}}x{{c}} = x{{c}} * factor + term; {{end}}
    {{end}}
  }
  result[id.x] = vec4f(){{for c in 0..chains}} + x{{c}}{{end}};
}
