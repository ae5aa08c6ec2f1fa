// The adjoint of one layer's input, or the tangent of that adjoint:  X̄ = Σ_t Z̄_t W_t,  t < terms
//   one term: X̄ = Z̄ W;  two terms: R(X̄) = R(Z̄) W + Z̄ Ẇ (docs/math.md, section 3)
//   with `fused`: X̄ ⊙ a′(below) instead, `below` being the preactivations Z of the layer whose activation X is
// z_t: [rows, outputs]; w_t: [outputs, inputs]; x, below: [rows, inputs]; all are row-major. rows and inputs are multiples of the
// tile, outputs of 4.
// One invocation computes a tile of tile_rows × tile_columns; dispatch: one invocation per tile, column tiles fastest, workgroups
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
  let row = tile / column_tiles * {{tile_rows}}u;
  let column = tile % column_tiles * {{tile_vectors}}u;
  if (row >= u.rows) { return; }
  let depth = u.outputs / 4u;
  let width = u.inputs / 4u;
{{for r in 0..tile_rows}}{{for q in 0..tile_vectors}}
  var sum{{r}}_{{q}} = vec4f();
{{end}}{{end}}
{{for t in 0..terms}}
  for (var k = 0u; k < depth; k++) {
    {{for r in 0..tile_rows}}let a{{r}} = z{{t}}((row + {{r}}u) * depth + k);
    {{end}}
    {{for j in 0..4}}{{for q in 0..tile_vectors}}let b{{j}}_{{q}} = w{{t}}((k * 4u + {{j}}u) * width + column + {{q}}u);
    {{end}}{{end}}
    // All four products of one sum before the next: sums that do not fit in registers are loaded and stored once.
    {{for r in 0..tile_rows}}{{for q in 0..tile_vectors}}{{for j in 0..4}}sum{{r}}_{{q}} += a{{r}}[{{j}}] * b{{j}}_{{q}};
    {{end}}{{end}}{{end}}
  }
{{end}}
{{for r in 0..tile_rows}}{{for q in 0..tile_vectors}}
  {{if fused}}sum{{r}}_{{q}} *= partial_0(Preactivation(below((row + {{r}}u) * width + column + {{q}}u)));{{end}}
  x[(row + {{r}}u) * width + column + {{q}}u] = sum{{r}}_{{q}};
{{end}}{{end}}
}
