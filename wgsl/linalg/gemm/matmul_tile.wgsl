// A matrix product by tiles in workgroup memory, for GPUs:  C[r, c] = I[c] + Σ_t Σ_k A_t[r, k] B_t[k, c],  t < terms
//   with `row_sums`: Σ_k A_0[r, k] of each r is stored behind the last row of C
//   with `activate`: a(C) is stored too (in `activated`), 0 from column `real` on;  with `derive`: C ⊙ a′(below) is stored instead of C
// a_t: [rows, depth], or [depth, rows] with `a_by_k`; b_t: [columns, depth], or [depth, columns] with `b_by_k`; bias (I): one row,
// not read where has_bias = 0; c: [rows, columns] from vec4 c_offset on; activated and below are laid out like c. All are row-major;
// rows, columns and depth are multiples of 4.
// One workgroup computes a square of 4·quads rows and columns in steps of `depth` along k, and an invocation blocks × blocks blocks of
// 4 × 4 of it. Workgroup z sums a part of the depth of its own, from z·depth_per_split on, and writes from c_offset + z·c_step on.
// Dispatch: ⌈columns/4·quads⌉, ⌈rows/4·quads⌉, splits. Each entry sums its products in the order of k, term after term, in f32: every
// run gives the same bits, whatever the size of the square. Loops whose ends are known are written out, because sums that an index
// chooses among might not be kept in registers, and because some drivers count the iterations of every loop.
{{uniform rows: u32, columns: u32, depth: u32, depth_per_split: u32, has_bias: u32, c_offset: u32, c_step: u32, real: u32, p0: f32, p1: f32}}
{{for t in 0..terms}}
{{read a{{t}}}}
{{read b{{t}}}}
{{end}}
{{read bias}}
{{write c}}
{{if activate}}
{{write activated}}
{{end}}
{{if derive}}
{{read below}}
{{end}}
{{if fused}}
alias Preactivation = array<vec4f, 1>;
{{include activation}}
{{end}}
// Blocks of 4 along a side of the square, and along k.
const SIDE = {{quads}}u;
const STEP = {{depth}}u / 4u;
// Invocations along a side: their blocks are so far apart.
const STRIDE = SIDE / {{blocks}}u;
const THREADS = STRIDE * STRIDE;
// [k, r/4] and [k, c/4]: vec4s along rows and columns.
var<workgroup> tile_a: array<vec4f, 4u * STEP * SIDE>;
var<workgroup> tile_b: array<vec4f, 4u * STEP * SIDE>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.z * u.depth_per_split;
  let end = min(first + u.depth_per_split, u.depth);
  let y = lane / STRIDE;
  let x = lane % STRIDE;
{{for p in 0..blocks}}{{for q in 0..blocks}}{{for i in 0..4}}
  var sum_{{p}}_{{q}}_{{i}} = vec4f();
{{end}}{{end}}{{end}}
{{if row_sums}}
  var row_sum = vec4f();
{{end}}
{{for t in 0..terms}}
  for (var k = first; k < end; k += 4u * STEP) {
    // Blocks of 4 rows (or columns) × 4 along k: first those of A, then those of B.
    for (var s = lane; s < 2u * STEP * SIDE; s += THREADS) {
      let block_k = s / SIDE % STEP;
      let block_r = s % SIDE;
      let at = k + block_k * 4u;
      let to = block_k * 4u * SIDE + block_r;
      var block = mat4x4f();
      if (s < STEP * SIDE) {
        let row = (group.y * SIDE + block_r) * 4u;
        if (row < u.rows && at < end) {
          {{if a_by_k}}
          block = mat4x4f({{for i in 0..4}}a{{t}}((at + {{i}}u) * (u.rows / 4u) + row / 4u), {{end}});
          {{else}}
          block = transpose(mat4x4f({{for i in 0..4}}a{{t}}((row + {{i}}u) * (u.depth / 4u) + at / 4u), {{end}}));
          {{end}}
        }
        {{for i in 0..4}}tile_a[to + {{i}}u * SIDE] = block[{{i}}];
        {{end}}
      } else {
        let column = (group.x * SIDE + block_r) * 4u;
        if (column < u.columns && at < end) {
          {{if b_by_k}}
          block = mat4x4f({{for i in 0..4}}b{{t}}((at + {{i}}u) * (u.columns / 4u) + column / 4u), {{end}});
          {{else}}
          block = transpose(mat4x4f({{for i in 0..4}}b{{t}}((column + {{i}}u) * (u.depth / 4u) + at / 4u), {{end}}));
          {{end}}
        }
        {{for i in 0..4}}tile_b[to + {{i}}u * SIDE] = block[{{i}}];
        {{end}}
      }
    }
    workgroupBarrier();
{{if row_sums}}{{if t == 0}}
    if (group.x == 0u && lane < SIDE) {
      for (var j = lane; j < 4u * STEP * SIDE; j += SIDE) { row_sum += tile_a[j]; }
    }
{{end}}{{end}}
    for (var j = 0u; j < 4u * STEP * SIDE; j += 4u * SIDE) {
{{for i in 0..4}}{
{{for p in 0..blocks}}
      let left_{{p}} = tile_a[j + {{i}}u * SIDE + y + {{p}}u * STRIDE];
      let right_{{p}} = tile_b[j + {{i}}u * SIDE + x + {{p}}u * STRIDE];
{{end}}
{{for p in 0..blocks}}{{for q in 0..blocks}}
      sum_{{p}}_{{q}}_0 += left_{{p}}.x * right_{{q}};
      sum_{{p}}_{{q}}_1 += left_{{p}}.y * right_{{q}};
      sum_{{p}}_{{q}}_2 += left_{{p}}.z * right_{{q}};
      sum_{{p}}_{{q}}_3 += left_{{p}}.w * right_{{q}};
{{end}}{{end}}
      }
{{end}}
    }
    workgroupBarrier();
  }
{{end}}
{{if row_sums}}
  if (group.x == 0u && lane < SIDE && (group.y * SIDE + lane) * 4u < u.rows) {
    write_c(u.c_offset + group.z * u.c_step + u.rows * (u.columns / 4u) + group.y * SIDE + lane, row_sum);
  }
{{end}}
{{for p in 0..blocks}}{{for q in 0..blocks}}{
    let row = (group.y * SIDE + y + {{p}}u * STRIDE) * 4u;
    let column = group.x * SIDE + x + {{q}}u * STRIDE;
    if (row < u.rows && column * 4u < u.columns) {
      var start = vec4f();
      if (u.has_bias == 1u) { start = bias(column); }
      let to = u.c_offset + group.z * u.c_step + row * (u.columns / 4u) + column;
      let real = column * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
{{for i in 0..4}}{
        let at = to + {{i}}u * (u.columns / 4u);
        var entry = start + sum_{{p}}_{{q}}_{{i}};
{{if derive}}
        entry *= partial_0(Preactivation(below(at)));
{{end}}
{{if activate}}
        write_activated(at, select(vec4f(), value(Preactivation(entry)), real));
{{end}}
        write_c(at, entry);
      }
{{end}}
    }
  }
{{end}}{{end}}
}
