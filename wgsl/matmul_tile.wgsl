// A matrix product by tiles in workgroup memory, for GPUs:  C[r, c] = I[c] + Σ_t Σ_k A_t[r, k] B_t[k, c],  t < terms
// activate = 1: also A = a(C), 0 from column `real` on; derive = 1: C ⊙ a′(below) instead of C, below like c.
// One workgroup computes 64 rows × 64 columns in steps of 32 along k; an invocation 4 × 4 of them. a_t: [rows, depth] (a_by_k =
// 0) or [depth, rows] (a_by_k = 1); b_t: [columns, depth] (b_by_k = 0) or [depth, columns] (b_by_k = 1), all row-major; c:
// [rows, columns] from vec4 c_offset on. Workgroup z sums its own part of the depth, from z·depth_per_split on, into c at
// c_offset + z·c_step. bias is one row, left out when has_bias = 0. rows and columns are multiples of 4, depth of 4.
// Dispatch: ⌈columns/64⌉, ⌈rows/64⌉, splits. Each entry sums its products in the order of k, term after term: same bits on every
// run.
{{uniform rows: u32, columns: u32, depth: u32, depth_per_split: u32, has_bias: u32, c_offset: u32, c_step: u32, real: u32, p0: f32, p1: f32}}
{{for t in 0..terms}}
{{read a{{t}}}}
{{read b{{t}}}}
{{end}}
{{read bias}}
{{write c: array<vec4f>}}
{{for f in 0..activate}}
{{write activated: array<vec4f>}}
{{end}}
{{for f in 0..derive}}
{{read below}}
{{end}}
{{for f in 0..fused}}
alias Preactivation = array<vec4f, 1>;
{{activation}}
{{end}}
const STEP = 32u;
// [k, r/4] and [k, c/4]: vec4s along rows and columns.
var<workgroup> tile_a: array<vec4f, STEP * 16u>;
var<workgroup> tile_b: array<vec4f, STEP * 16u>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  // Half of the invocations stage A, the others B: each a block of 4 rows (or columns) × 4 along k.
  let for_a = lane < 128u;
  let block_k = lane % 128u / 16u;
  let block_r = lane % 16u;
  let first = group.z * u.depth_per_split;
  let end = min(first + u.depth_per_split, u.depth);
  let row = group.y * 64u + block_r * 4u;
  let column = group.x * 64u + block_r * 4u;
  let y = lane / 16u;
  let x = lane % 16u;
  let own_row = group.y * 64u + y * 4u;
  let own_column = group.x * 16u + x;
  let exists = own_row < u.rows && own_column * 4u < u.columns;
  var sum: array<vec4f, 4>;
{{for t in 0..terms}}
  for (var k = first; k < end; k += STEP) {
    let at = k + block_k * 4u;
    var block = mat4x4f();
    if (for_a) {
      if (row < u.rows && at < end) {
        for (var i = 0u; i < 4u; i++) {
          block[i] = a{{t}}({{a_index}});
        }
        if ({{a_by_k}}u == 0u) { block = transpose(block); }
      }
      for (var i = 0u; i < 4u; i++) { tile_a[(block_k * 4u + i) * 16u + block_r] = block[i]; }
    } else {
      if (column < u.columns && at < end) {
        for (var i = 0u; i < 4u; i++) {
          block[i] = b{{t}}({{b_index}});
        }
        if ({{b_by_k}}u == 0u) { block = transpose(block); }
      }
      for (var i = 0u; i < 4u; i++) { tile_b[(block_k * 4u + i) * 16u + block_r] = block[i]; }
    }
    workgroupBarrier();
    for (var j = 0u; j < STEP; j++) {
      let left = tile_a[j * 16u + y];
      let right = tile_b[j * 16u + x];
      sum[0] += left.x * right;
      sum[1] += left.y * right;
      sum[2] += left.z * right;
      sum[3] += left.w * right;
    }
    workgroupBarrier();
  }
{{end}}
  if (exists) {
    var start = vec4f();
    if (u.has_bias == 1u) { start = bias(own_column); }
    let to = u.c_offset + group.z * u.c_step + own_row * (u.columns / 4u) + own_column;
    let real = own_column * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
    for (var i = 0u; i < 4u; i++) {
      let at = to + i * (u.columns / 4u);
      var entry = start + sum[i];
{{for f in 0..derive}}
      entry *= partial_0(Preactivation(below(at)));
{{end}}
{{for f in 0..activate}}
      activated[at] = select(vec4f(), value(Preactivation(entry)), real);
{{end}}
      c[at] = entry;
    }
  }
}
