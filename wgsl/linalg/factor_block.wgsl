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
  // The lower triangles of B, L and the result: values of their own, which compile ten times faster than the entries of arrays.
{{for i in 0..16}}
  var row{{i}}: array<vec4f, 4>;
  {{for q in 0..4}}row{{i}}[{{q}}] = panels(block.x + {{i}}u * block.y + {{q}}u);
  {{end}}
  {{for j in 0..i}}let b{{i}}_{{j}} = row{{i}}[{{j}} / 4][{{j}} % 4];
  {{end}}
  let b{{i}}_{{i}} = row{{i}}[{{i}} / 4][{{i}} % 4];
{{end}}
{{for j in 0..16}}
  let w{{j}}_{{j}} = 1.0 / sqrt(max(b{{j}}_{{j}}{{for k in 0..j}} - l{{j}}_{{k}} * l{{j}}_{{k}}{{end}}, lowest));
  {{for i in j..16}}let l{{i}}_{{j}} = (b{{i}}_{{j}}{{for k in 0..j}} - l{{i}}_{{k}} * l{{j}}_{{k}}{{end}}) * w{{j}}_{{j}};
  {{end}}
{{end}}
{{for i in 0..16}}
  var inverse{{i}}: array<vec4f, 4>;
  {{for c in 0..i}}
    let w{{i}}_{{c}} = -(0.0{{for k in c..i}} + l{{i}}_{{k}} * w{{k}}_{{c}}{{end}}) * w{{i}}_{{i}};
    inverse{{i}}[{{c}} / 4][{{c}} % 4] = w{{i}}_{{c}};
  {{end}}
  inverse{{i}}[{{i}} / 4][{{i}} % 4] = w{{i}}_{{i}};
  {{for q in 0..4}}inverses[id.x * 64u + {{i}}u * 4u + {{q}}u] = inverse{{i}}[{{q}}];
  {{end}}
{{end}}
}
