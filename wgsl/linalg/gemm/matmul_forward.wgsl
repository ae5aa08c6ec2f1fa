// One layer's preactivations, or their tangents:  Z = Σ_t X_t W_tᵀ + b,  t < terms
//   one term: Z = X Wᵀ + b;  two terms: Ż = Ẋ Wᵀ + X Ẇᵀ + ḃ (docs/math.md, section 3);  with `fused`: A = a(Z) is stored too, 0 from column `real` on
// x_t: [rows, inputs]; w_t: [outputs, inputs]; bias: [outputs]; z, a: [rows, outputs]; all are row-major. rows and outputs are
// multiples of the tile, inputs of 4.
// One invocation computes a tile of 16 × tile_columns; dispatch: one invocation per tile, column tiles fastest, workgroups
// of 32 along x and y. Each entry sums its products in the order of k, term after term, in f32: every run gives the same bits.
{{uniform rows: u32, outputs: u32, inputs: u32, real: u32, p0: f32, p1: f32}}
{{for t in 0..terms}}
{{read x{{t}}}}
{{read w{{t}}}}
{{end}}
{{read bias}}
{{write z}}
{{if fused}}
{{write a}}
alias Preactivation = array<vec4f, 1>;
{{include activation}}
{{end}}
{{include invocation_index}}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tile = invocation_index(id, groups, 32u);
  let column_tiles = u.outputs / {{tile_columns}}u;
  let row = tile / column_tiles * 16u;
  let column = tile % column_tiles * {{tile_columns}}u;
  if (row >= u.rows) { return; }
  let depth = u.inputs / 4u;
{{for q in 0..tile_vectors}}
  let b{{q}} = bias(column / 4u + {{q}}u);
  {{for p in 0..4}}{{for j in 0..4}}var sum{{p}}_{{j}}_{{q}} = b{{q}};
  {{end}}{{end}}
{{end}}
{{for t in 0..terms}}
  for (var k = 0u; k < depth; k++) {
    {{for p in 0..4}}{{for j in 0..4}}let a{{p}}_{{j}} = x{{t}}((row + {{p}}u * 4u + {{j}}u) * depth + k);
    {{end}}{{end}}
    {{for q in 0..tile_vectors}}{
      {{for j in 0..4}}let b{{j}} = w{{t}}((column + {{q}}u * 4u + {{j}}u) * depth + k);
      {{end}}
      {{for p in 0..4}}{{for j in 0..4}}sum{{p}}_{{j}}_{{q}} += vec4f(dot(a{{p}}_{{j}}, b0), dot(a{{p}}_{{j}}, b1), dot(a{{p}}_{{j}}, b2), dot(a{{p}}_{{j}}, b3));
      {{end}}{{end}}
    }{{end}}
  }
{{end}}
  let width = u.outputs / 4u;
{{if fused}}{{for q in 0..tile_vectors}}
  let exists{{q}} = column + {{q}}u * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
{{end}}{{end}}
  // In a loop over four rows at a time, whose sums move up: a quarter of the text to compile.
  for (var at = row; at < row + 16u; at += 4u) {
{{for j in 0..4}}{{for q in 0..tile_vectors}}
    write_z((at + {{j}}u) * width + column / 4u + {{q}}u, sum0_{{j}}_{{q}});
    {{if fused}}write_a((at + {{j}}u) * width + column / 4u + {{q}}u, select(vec4f(), value(Preactivation(sum0_{{j}}_{{q}})), exists{{q}}));{{end}}
    sum0_{{j}}_{{q}} = sum1_{{j}}_{{q}};
    sum1_{{j}}_{{q}} = sum2_{{j}}_{{q}};
    sum2_{{j}}_{{q}} = sum3_{{j}}_{{q}};
{{end}}{{end}}
  }
}
