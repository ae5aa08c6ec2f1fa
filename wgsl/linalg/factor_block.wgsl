// Inverse Cholesky factors of 16 × 16 blocks:  B = L Lᵀ,  inverse = L⁻¹ (lower triangular)
// blocks: for each matrix (first vec4 of B in panels, stride in vec4s, size, 0); panels: the matrices; inverses: [matrices, 16, 16].
// Pivots below floor·size are raised to it.
// One invocation per matrix, which keeps it in registers; dispatch: workgroups of 8 along x. Sums have a fixed order, in f32: every
// run gives the same bits.
{{uniform count: u32, floor: f32}}
{{read blocks}}
{{read panels}}
{{write inverses: array<vec4f>}}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= u.count) { return; }
  let block = vec4u(blocks(id.x));
  let lowest = u.floor * f32(block.z);
  // Row-major; every index below is a constant.
  var m: array<f32, 256>;
  var w: array<f32, 256>;
{{for i in 0..16}}{{for q in 0..4}}{
  let entries = panels(block.x + {{i}}u * block.y + {{q}}u);
  {{for j in 0..4}}m[{{i}} * 16 + {{q}} * 4 + {{j}}] = entries[{{j}}];
  {{end}}
}{{end}}{{end}}
{{for j in 0..16}}
  {{for i in j..16}}{{for k in 0..j}}m[{{i}} * 16 + {{j}}] -= m[{{i}} * 16 + {{k}}] * m[{{j}} * 16 + {{k}}];
  {{end}}{{end}}
  let reciprocal{{j}} = 1.0 / sqrt(max(m[{{j}} * 16 + {{j}}], lowest));
  {{for i in j..16}}m[{{i}} * 16 + {{j}}] *= reciprocal{{j}};
  {{end}}
{{end}}
{{for i in 0..16}}
  {{for c in 0..i}}{
    var sum = 0.0;
    {{for k in c..i}}sum += m[{{i}} * 16 + {{k}}] * w[{{k}} * 16 + {{c}}];
    {{end}}
    w[{{i}} * 16 + {{c}}] = -sum * reciprocal{{i}};
  }{{end}}
  w[{{i}} * 16 + {{i}}] = reciprocal{{i}};
{{end}}
{{for i in 0..16}}{{for q in 0..4}}
  inverses[id.x * 64u + {{i}}u * 4u + {{q}}u] = vec4f(w[{{i}} * 16 + {{q}} * 4], w[{{i}} * 16 + {{q}} * 4 + 1], w[{{i}} * 16 + {{q}} * 4 + 2], w[{{i}} * 16 + {{q}} * 4 + 3]);
{{end}}{{end}}
}
