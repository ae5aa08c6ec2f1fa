// One layer's share of the gradient, or of a product, summed over a part of the batch:  W̄ = Σ_t Z̄_tᵀ X_t,  b̄ = Σ_n Z̄_0,  t < terms
//   one term: W̄ = Z̄ᵀ X;  two terms: R(W̄) = R(Z̄)ᵀ X + Z̄ᵀ Ẋ, R(Z̄) first (docs/math.md, section 3)
// z_t: [rows, outputs]; x_t: [rows, inputs]; row-major. outputs is a multiple of 16, inputs of tile_columns, rows and
// rows_per_split of 4. partials: [splits, stride] vec4s: split s writes W̄ [outputs, inputs] and then b̄ [outputs] from
// s·stride + offset on, summed over the rows from s·rows_per_split on.
// One invocation computes a tile of 16 × tile_columns of W̄; dispatch: one invocation per tile, column tiles fastest,
// workgroups of 32 along x, splits along y. Rows are added in their order, split by split (gradient_sum.wgsl adds the splits), in f32:
// every run gives the same bits.
{{uniform rows: u32, rows_per_split: u32, outputs: u32, inputs: u32, offset: u32, stride: u32}}
{{for t in 0..terms}}
{{read z{{t}}}}
{{read x{{t}}}}
{{end}}
{{write partials: array<vec4f>}}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column_tiles = u.inputs / {{tile_columns}}u;
  let row = id.x / column_tiles * 16u;
  let column = id.x % column_tiles * {{tile_vectors}}u;
  if (row >= u.outputs) { return; }
  let z_width = u.outputs / 4u;
  let x_width = u.inputs / 4u;
  let first = id.y * u.rows_per_split;
  let end = min(first + u.rows_per_split, u.rows);
{{for p in 0..4}}
  var bias{{p}} = vec4f();
  {{for j in 0..4}}{{for q in 0..tile_vectors}}var sum{{p}}_{{j}}_{{q}} = vec4f();
  {{end}}{{end}}
{{end}}
{{for t in 0..terms}}
  for (var n = first; n < end; n += {{rows_at_once}}u) {
    {{for i in 0..rows_at_once}}{{for p in 0..4}}let a{{p}}_{{i}} = z{{t}}((n + {{i}}u) * z_width + row / 4u + {{p}}u);
    {{if t == 0}}bias{{p}} += a{{p}}_{{i}};{{end}}
    {{end}}
    {{for q in 0..tile_vectors}}let b{{q}}_{{i}} = x{{t}}((n + {{i}}u) * x_width + column + {{q}}u);
    {{end}}{{end}}
    // All rows' products of one sum before the next: sums that do not fit in registers are loaded and stored once.
    {{for p in 0..4}}{{for j in 0..4}}{{for q in 0..tile_vectors}}{{for i in 0..rows_at_once}}sum{{p}}_{{j}}_{{q}} += a{{p}}_{{i}}[{{j}}] * b{{q}}_{{i}};
    {{end}}{{end}}{{end}}{{end}}
  }
{{end}}
  let base = id.y * u.stride + u.offset;
  // In a loop over four rows at a time, whose sums move up: a quarter of the text to compile.
  for (var at = row; at < row + 16u; at += 4u) {
{{for j in 0..4}}{{for q in 0..tile_vectors}}
    partials[base + (at + {{j}}u) * x_width + column + {{q}}u] = sum0_{{j}}_{{q}};
    sum0_{{j}}_{{q}} = sum1_{{j}}_{{q}};
    sum1_{{j}}_{{q}} = sum2_{{j}}_{{q}};
    sum2_{{j}}_{{q}} = sum3_{{j}}_{{q}};
{{end}}{{end}}
  }
  if (column == 0u) {
    {{for p in 0..4}}partials[base + u.outputs * x_width + row / 4u + {{p}}u] = bias{{p}};
    {{end}}
  }
}
