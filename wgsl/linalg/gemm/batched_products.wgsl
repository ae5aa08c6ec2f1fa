// Products of many matrices of different shapes in one dispatch:  C ← α op(A) op(B) + β D
//   op(A) = Aᵀ with `transpose_a`, else A; op(B) = Bᵀ with `transpose_b`, else B
//   with `kept` D is C itself, with `added` it is read from d; without both, β is not used
// a, b, c, d: buffers in which the matrices lie, row-major, sizes and strides multiples of 16, padding 0 (so that it stays 0).
// table: for each job three vec4s, (first vec4 of A, stride of A, first of B, stride of B), (first of C, stride of C, first of D,
// stride of D), (rows, vec4 columns, 0, 0), strides in vec4s; then for each tile (job + 1, first row, first vec4 column, end of k in
// vec4s). Where a tile's job is negative, the tile is also written transposed, so that symmetric results need only their lower triangle.
// One invocation computes a tile of 16 rows × `vectors` vec4 columns; dispatch: one invocation per tile, workgroups of 32 along x and y.
// Each entry sums its products in the order of k, in f32: every run gives the same bits.
{{uniform jobs: u32, tiles: u32, alpha: f32, beta: f32}}
{{read a}}
{{read b}}
{{if kept}}
{{update c}}
{{else}}
{{write c: array<vec4f>}}
{{end}}
{{if added}}
{{read d}}
{{end}}
{{read table}}
{{include invocation_index}}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = invocation_index(id, groups, 32u);
  if (index >= u.tiles) { return; }
  let numbers = table(u.jobs * 3u + index);
  let tile = vec4u(abs(numbers));
  let job = tile.x - 1u;
  let operands = vec4u(table(job * 3u));
  let results = vec4u(table(job * 3u + 1u));
  let row = tile.y;
  let column = tile.z;
{{for p in 0..4}}{{for j in 0..4}}{{for q in 0..vectors}}
  var sum{{p}}_{{j}}_{{q}} = vec4f();
{{end}}{{end}}{{end}}
  for (var k = 0u; k < tile.w; k++) {
{{if transpose_a}}{{for i in 0..4}}{{for p in 0..4}}
    let a{{i}}_{{p}} = a(operands.x + (k * 4u + {{i}}u) * operands.y + row / 4u + {{p}}u);
{{end}}{{end}}{{else}}{{for p in 0..4}}{{for j in 0..4}}
    let a{{p}}_{{j}} = a(operands.x + (row + {{p}}u * 4u + {{j}}u) * operands.y + k);
{{end}}{{end}}{{end}}
{{for q in 0..vectors}}
{{if transpose_b}}
    {{for j in 0..4}}let r{{j}}_{{q}} = b(operands.z + ((column + {{q}}u) * 4u + {{j}}u) * operands.w + k);
    {{end}}
    {{for i in 0..4}}let b{{i}}_{{q}} = vec4f(r0_{{q}}[{{i}}], r1_{{q}}[{{i}}], r2_{{q}}[{{i}}], r3_{{q}}[{{i}}]);
    {{end}}
{{else}}{{for i in 0..4}}
    let b{{i}}_{{q}} = b(operands.z + (k * 4u + {{i}}u) * operands.w + column + {{q}}u);
{{end}}{{end}}
// All of k's four for one sum before the next: sums that do not fit in registers are loaded and stored once.
{{for p in 0..4}}{{for j in 0..4}}{{for i in 0..4}}
    sum{{p}}_{{j}}_{{q}} += {{if transpose_a}}a{{i}}_{{p}}[{{j}}]{{else}}a{{p}}_{{j}}[{{i}}]{{end}} * b{{i}}_{{q}};
{{end}}{{end}}{{end}}
{{end}}
  }
{{for p in 0..4}}{{for q in 0..vectors}}
  {{for j in 0..4}}{
    let at = (row + {{p}}u * 4u + {{j}}u);
    sum{{p}}_{{j}}_{{q}} *= u.alpha;
    {{if kept}}sum{{p}}_{{j}}_{{q}} += u.beta * c_before(results.x + at * results.y + column + {{q}}u);{{end}}
    {{if added}}sum{{p}}_{{j}}_{{q}} += u.beta * d(results.z + at * results.w + column + {{q}}u);{{end}}
    c[results.x + at * results.y + column + {{q}}u] = sum{{p}}_{{j}}_{{q}};
  }
  {{end}}
{{end}}{{end}}
  if (numbers.x < 0.0) {
{{for q in 0..vectors}}{{for i in 0..4}}{{for p in 0..4}}
    c[results.x + ((column + {{q}}u) * 4u + {{i}}u) * results.y + row / 4u + {{p}}u] =
      vec4f(sum{{p}}_0_{{q}}[{{i}}], sum{{p}}_1_{{q}}[{{i}}], sum{{p}}_2_{{q}}[{{i}}], sum{{p}}_3_{{q}}[{{i}}]);
{{end}}{{end}}{{end}}
  }
}
