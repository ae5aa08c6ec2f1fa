// What batched_products.wgsl computes, by tiles in workgroup memory, for GPUs:  C ← α op(A) op(B) + β D
// Bindings, table and choices are those of batched_products.wgsl; tiles have 64 × 64 entries.
// One workgroup computes a tile in steps of 32 along k, and an invocation 4 × 4 entries of it; dispatch: one workgroup per tile, along
// x and y. Each entry sums its products in the order of k, in f32: every run gives the same bits.
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
const STEP = 32u;
// [k, r/4] and [k, c/4]: vec4s along rows and columns.
var<workgroup> tile_a: array<vec4f, STEP * 16u>;
var<workgroup> tile_b: array<vec4f, STEP * 16u>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.x + group.y * groups.x;
  if (index >= u.tiles) { return; }
  let numbers = table(u.jobs * 3u + index);
  let tile = vec4u(abs(numbers));
  let job = tile.x - 1u;
  let operands = vec4u(table(job * 3u));
  let results = vec4u(table(job * 3u + 1u));
  let size = vec4u(table(job * 3u + 2u));
  // Half of the invocations stage A, the others B: each a block of 4 rows (or columns) × 4 along k.
  let for_a = lane < 128u;
  let block_k = lane % 128u / 16u;
  let block_r = lane % 16u;
  let row = tile.y + block_r * 4u;
  let column = tile.z + block_r;
  let y = lane / 16u;
  let x = lane % 16u;
{{for i in 0..4}}
  var sum_{{i}} = vec4f();
{{end}}
  for (var k = 0u; k < tile.w; k += STEP / 4u) {
    let at = k + block_k;
    var block = mat4x4f();
    if (for_a) {
      if (row < size.x && at < tile.w) {
{{if transpose_a}}
        {{for j in 0..4}}block[{{j}}] = a(operands.x + (at * 4u + {{j}}u) * operands.y + row / 4u);
        {{end}}
{{else}}
        {{for j in 0..4}}block[{{j}}] = a(operands.x + (row + {{j}}u) * operands.y + at);
        {{end}}
        block = transpose(block);
{{end}}
      }
      {{for i in 0..4}}tile_a[(block_k * 4u + {{i}}u) * 16u + block_r] = block[{{i}}];
      {{end}}
    } else {
      if (column < size.y && at < tile.w) {
{{if transpose_b}}
        {{for j in 0..4}}block[{{j}}] = b(operands.z + (column * 4u + {{j}}u) * operands.w + at);
        {{end}}
        block = transpose(block);
{{else}}
        {{for j in 0..4}}block[{{j}}] = b(operands.z + (at * 4u + {{j}}u) * operands.w + column);
        {{end}}
{{end}}
      }
      {{for i in 0..4}}tile_b[(block_k * 4u + {{i}}u) * 16u + block_r] = block[{{i}}];
      {{end}}
    }
    workgroupBarrier();
    for (var j = 0u; j < STEP * 16u; j += 64u) {
{{for i in 0..4}}{
      let left = tile_a[j + {{i}}u * 16u + y];
      let right = tile_b[j + {{i}}u * 16u + x];
      sum_0 += left.x * right;
      sum_1 += left.y * right;
      sum_2 += left.z * right;
      sum_3 += left.w * right;
      }
{{end}}
    }
    workgroupBarrier();
  }
  let own_row = tile.y + y * 4u;
  let own_column = tile.z + x;
  if (own_row >= size.x || own_column >= size.y) { return; }
{{for i in 0..4}}
  sum_{{i}} *= u.alpha;
  {{if kept}}sum_{{i}} += u.beta * c_before(results.x + (own_row + {{i}}u) * results.y + own_column);{{end}}
  {{if added}}sum_{{i}} += u.beta * d(results.z + (own_row + {{i}}u) * results.w + own_column);{{end}}
  c[results.x + (own_row + {{i}}u) * results.y + own_column] = sum_{{i}};
{{end}}
  if (numbers.x < 0.0) {
    let mirrored = transpose(mat4x4f(sum_0, sum_1, sum_2, sum_3));
    {{for i in 0..4}}c[results.x + (own_column * 4u + {{i}}u) * results.y + own_row / 4u] = mirrored[{{i}}];
    {{end}}
  }
}
