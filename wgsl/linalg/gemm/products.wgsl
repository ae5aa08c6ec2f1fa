// Products of many matrices of different shapes in one dispatch:  C ← α op(A) op(B) + β D,  op: as it is, or transposed
// a, b, c, d: buffers in which the matrices lie, row-major, sizes and strides multiples of 16, padding 0 (so that it stays 0). With
// kept = 1 (fresh = 0) D is C itself, with added = 1 it is read from d; otherwise β is unused.
// table: for each of the jobs 3 entries, in vec4s: (first of A, stride of A, first of B, stride of B), (first of C, stride of C, first of
// D, stride of D), (rows, vec4 columns, 0, 0); then for each tile (job + 1, first row, first vec4 column, end of k in vec4s). Where the
// job's number is negative, the tile of a symmetric product is also written transposed, so that only the lower triangle is computed.
// One invocation computes a tile of 16 rows × {{vectors}} vec4 columns; dispatch: one invocation a tile, workgroups of 32 along x and y.
// Each entry sums its products in the order of k: same bits on every run.
{{uniform jobs: u32, tiles: u32, alpha: f32, beta: f32}}
{{read a}}
{{read b}}
{{for k in 0..kept}}
{{update c}}
{{end}}
{{for k in 0..fresh}}
{{write c: array<vec4f>}}
{{end}}
{{for k in 0..added}}
{{read d}}
{{end}}
{{read table}}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 32u;
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
{{for n in transpose_a..1}}{{for p in 0..4}}{{for j in 0..4}}
    let a{{p}}_{{j}} = a(operands.x + (row + {{p}}u * 4u + {{j}}u) * operands.y + k);
{{end}}{{end}}{{end}}
{{for n in 0..transpose_a}}{{for i in 0..4}}{{for p in 0..4}}
    let a{{i}}_{{p}} = a(operands.x + (k * 4u + {{i}}u) * operands.y + row / 4u + {{p}}u);
{{end}}{{end}}{{end}}
{{for q in 0..vectors}}
{{for n in transpose_b..1}}{{for i in 0..4}}
    let b{{i}}_{{q}} = b(operands.z + (k * 4u + {{i}}u) * operands.w + column + {{q}}u);
{{end}}{{end}}
{{for n in 0..transpose_b}}
    {{for j in 0..4}}let r{{j}}_{{q}} = b(operands.z + ((column + {{q}}u) * 4u + {{j}}u) * operands.w + k);
    {{end}}
    {{for i in 0..4}}let b{{i}}_{{q}} = vec4f(r0_{{q}}[{{i}}], r1_{{q}}[{{i}}], r2_{{q}}[{{i}}], r3_{{q}}[{{i}}]);
    {{end}}
{{end}}
// All of k's four for one sum before the next: sums that do not fit in registers are loaded and stored once.
{{for p in 0..4}}{{for j in 0..4}}{{for i in 0..4}}
    {{for n in transpose_a..1}}sum{{p}}_{{j}}_{{q}} += a{{p}}_{{j}}[{{i}}] * b{{i}}_{{q}};{{end}}{{for n in 0..transpose_a}}sum{{p}}_{{j}}_{{q}} += a{{i}}_{{p}}[{{j}}] * b{{i}}_{{q}};{{end}}
{{end}}{{end}}{{end}}
{{end}}
  }
{{for p in 0..4}}{{for q in 0..vectors}}
  {{for j in 0..4}}{
    let at = (row + {{p}}u * 4u + {{j}}u);
    sum{{p}}_{{j}}_{{q}} *= u.alpha;
    {{for n in 0..kept}}sum{{p}}_{{j}}_{{q}} += u.beta * c_before(results.x + at * results.y + column + {{q}}u);{{end}}
    {{for n in 0..added}}sum{{p}}_{{j}}_{{q}} += u.beta * d(results.z + at * results.w + column + {{q}}u);{{end}}
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
