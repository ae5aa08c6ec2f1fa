// The adjoint of one layer's input, or the tangent of that adjoint:  X̄ = Σ_t Z̄_t W_t,  t < terms
//   one term: X̄ = Z̄ W;  two terms: R(X̄) = R(Z̄) W + Z̄ Ẇ (docs/math.md, section 3)
//   with `fused`: X̄ ⊙ a′(below) instead, `below` being the preactivations Z of the layer whose activation X is
// z_t: [rows, outputs]; w_t: [outputs, inputs]; x, below: [rows, inputs]; all are row-major. rows and inputs are multiples of the
// tile, outputs of 4.
// One invocation computes a tile of 16 × tile_columns; dispatch: one invocation per tile, column tiles fastest, workgroups
// of 32 along x and y. Each entry sums its products in the order of the outputs, term after term, in f32: every run gives the same bits.
{{uniform rows: u32, outputs: u32, inputs: u32, p0: f32, p1: f32}}
{{for t in 0..terms}}
{{read z{{t}}}}
{{read w{{t}}}}
{{end}}
{{write x: array<vec4f>}}
{{if fused}}
{{read below}}
alias Preactivation = array<vec4f, 1>;
{{include activation}}
{{end}}
{{include invocation_index}}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tile = invocation_index(id, groups, 32u);
  let column_tiles = u.inputs / {{tile_columns}}u;
  let row = tile / column_tiles * 16u;
  let column = tile % column_tiles * {{tile_vectors}}u;
  if (row >= u.rows) { return; }
  let depth = u.outputs / 4u;
  let width = u.inputs / 4u;
{{for p in 0..4}}{{for j in 0..4}}{{for q in 0..tile_vectors}}
  var sum{{p}}_{{j}}_{{q}} = vec4f();
{{end}}{{end}}{{end}}
{{for t in 0..terms}}
  for (var k = 0u; k < depth; k++) {
    {{for p in 0..4}}{{for j in 0..4}}let a{{p}}_{{j}} = z{{t}}((row + {{p}}u * 4u + {{j}}u) * depth + k);
    {{end}}{{end}}
    {{for i in 0..4}}{{for q in 0..tile_vectors}}let b{{i}}_{{q}} = w{{t}}((k * 4u + {{i}}u) * width + column + {{q}}u);
    {{end}}{{end}}
    // All four products of one sum before the next: sums that do not fit in registers are loaded and stored once.
    {{for p in 0..4}}{{for j in 0..4}}{{for q in 0..tile_vectors}}{{for i in 0..4}}sum{{p}}_{{j}}_{{q}} += a{{p}}_{{j}}[{{i}}] * b{{i}}_{{q}};
    {{end}}{{end}}{{end}}{{end}}
  }
{{end}}
  // In a loop over four rows at a time, whose sums move up: a quarter of the text to compile.
  for (var at = row; at < row + 16u; at += 4u) {
{{for j in 0..4}}{{for q in 0..tile_vectors}}
    {{if fused}}sum0_{{j}}_{{q}} *= partial_0(Preactivation(below((at + {{j}}u) * width + column + {{q}}u)));{{end}}
    x[(at + {{j}}u) * width + column + {{q}}u] = sum0_{{j}}_{{q}};
    sum0_{{j}}_{{q}} = sum1_{{j}}_{{q}};
    sum1_{{j}}_{{q}} = sum2_{{j}}_{{q}};
    sum2_{{j}}_{{q}} = sum3_{{j}}_{{q}};
{{end}}{{end}}
  }
}
