// The products of one layer for a tile of rows that a workgroup holds, included by the kernels for chains of layers. Product t adds to sums
//   Σ_k held[k, r] w[c, k], or with `by_k` Σ_k held[k, r] w[k, c];  w: a matrix of vector_t
// Products are numbered up to `products`. The including kernel reads vector_t of each, and start_t (the first layer's operand, [rows, width]) of each
// from `absent` on. An invocation computes 4 columns (vec4 x) of blocks × 4 rows. Each entry sums its products in the order of k, in f32:
// every run gives the same bits, whatever the size of the tile.

// The widest matrix in vec4s, and the rows of the tile divided by 4.
const QUADS = {{quads}}u;
const ROW_QUADS = {{row_quads}}u;
// Rows of invocations: the blocks of an invocation are so far apart.
const STRIDE = ROW_QUADS / {{blocks}}u;
const THREADS = QUADS * STRIDE;
// Blocks of 4 along k that are staged at a time.
const STEP = 4u;
alias Sums = array<vec4f, 4u * {{blocks}}u>;
// The operand, [k, r/4], and a slice of the weights, [k, c/4]: vec4s along rows and columns.
var<workgroup> held: array<vec4f, 4u * QUADS * ROW_QUADS>;
var<workgroup> slice: array<vec4f, 4u * STEP * QUADS>;

// Holds a block of 4 rows × 4 columns; a vector of `block` is a row.
fn hold(column: u32, row: u32, block: mat4x4f) {
  let columns = transpose(block);
  {{for i in 0..4}}held[(column * 4u + {{i}}u) * ROW_QUADS + row] = columns[{{i}}];
  {{end}}
}
{{for t in absent..products}}

// Holds the tile of start_t; rows behind the last one become 0.
fn load_{{t}}(lane: u32, tile: u32, rows: u32, width: u32) {
  for (var s = lane; s < ROW_QUADS * width; s += THREADS) {
    let row = (tile * ROW_QUADS + s / width) * 4u;
    let column = s % width;
    var block = mat4x4f();
    if (row < rows) { block = mat4x4f({{for i in 0..4}}start{{t}}((row + {{i}}u) * width + column), {{end}}); }
    hold(column, s / width, block);
  }
}
{{end}}
{{for t in 0..products}}

// depth, width: vec4s along k and along columns. Afterwards the tile may be replaced.
fn product_{{t}}(lane: u32, before: Sums, weights: u32, depth: u32, width: u32) -> Sums {
  let x = lane % QUADS;
  let y = lane / QUADS;
{{for p in 0..blocks}}{{for i in 0..4}}
  var sum_{{p}}_{{i}} = before[{{p}} * 4 + {{i}}];
{{end}}{{end}}
  for (var k = 0u; k < depth; k += STEP) {
{{if by_k}}
    for (var s = lane; s < 4u * STEP * QUADS; s += THREADS) {
      let column = s % QUADS;
      if (column < width) { slice[s] = vector{{t}}(weights + (k * 4u + s / QUADS) * width + column); }
    }
{{else}}
    // Neighbouring invocations read along k.
    for (var s = lane; s < STEP * QUADS; s += THREADS) {
      let at = s % STEP;
      let column = s / STEP;
      if (column < width) {
        let block = transpose(mat4x4f({{for i in 0..4}}vector{{t}}(weights + (column * 4u + {{i}}u) * depth + k + at), {{end}}));
        {{for i in 0..4}}slice[(at * 4u + {{i}}u) * QUADS + column] = block[{{i}}];
        {{end}}
      }
    }
{{end}}
    workgroupBarrier();
    for (var j = 0u; j < 4u * STEP; j++) {
      let right = slice[j * QUADS + x];
{{for p in 0..blocks}}
      let left_{{p}} = held[(k * 4u + j) * ROW_QUADS + y + {{p}}u * STRIDE];
      sum_{{p}}_0 += left_{{p}}.x * right;
      sum_{{p}}_1 += left_{{p}}.y * right;
      sum_{{p}}_2 += left_{{p}}.z * right;
      sum_{{p}}_3 += left_{{p}}.w * right;
{{end}}
    }
    workgroupBarrier();
  }
  return Sums({{for p in 0..blocks}}{{for i in 0..4}}sum_{{p}}_{{i}}, {{end}}{{end}});
}
{{end}}
