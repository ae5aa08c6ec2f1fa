// Products of matrices of at most 128 × 128 entries, included by kernels in which a workgroup of 256 computes all stages of a sequence by itself:
//   C ← α AᵀB + β C
// The matrices lie row-major in `w`, which the including kernel declares; a matrix is named by its first vec4, numbers of rows are multiples
// of 16. A and B have `depth` rows, of size.x and size.y vec4s; C has 4·size.x rows of size.y vec4s and may be A or B. Nothing is staged: the
// matrices stay in the multiprocessor's cache. A barrier stands before whatever reads what other invocations have written.
// An invocation computes four blocks of 4 × 4 entries, 64 rows and columns apart. Each entry sums its products in the order of k, in f32: every
// run gives the same bits, which are those of batched_products_tile.wgsl.
const LANES = 256u;
// Vec4s of the largest matrix.
const SLOT = 4096u;

// Arguments in the order of the equation.
fn product(lane: u32, c: u32, alpha: f32, a: u32, b: u32, beta: f32, size: vec2u, depth: u32) {
  storageBarrier();
  let y = lane / 16u;
  let x = lane % 16u;
  // What lies beyond is computed from other columns and not stored.
  let rows = min(vec2u(y, y + 16u), vec2u(size.x - 1u));
  let columns = min(vec2u(x, x + 16u), vec2u(size.y - 1u));
{{for p in 0..2}}{{for q in 0..2}}{{for i in 0..4}}
  var sum_{{p}}_{{q}}_{{i}} = vec4f();
{{end}}{{end}}{{end}}
  for (var k = 0u; k < depth; k++) {
{{for p in 0..2}}
    let left_{{p}} = w[a + k * size.x + rows[{{p}}]];
    let right_{{p}} = w[b + k * size.y + columns[{{p}}]];
{{end}}
{{for p in 0..2}}{{for q in 0..2}}{{for i in 0..4}}
    sum_{{p}}_{{q}}_{{i}} += left_{{p}}[{{i}}] * right_{{q}};
{{end}}{{end}}{{end}}
  }
  storageBarrier();
{{for p in 0..2}}{{for q in 0..2}}
  if (y + {{p}}u * 16u < size.x && x + {{q}}u * 16u < size.y) {
    let at = c + (y + {{p}}u * 16u) * 4u * size.y + x + {{q}}u * 16u;
{{for i in 0..4}}
    sum_{{p}}_{{q}}_{{i}} *= alpha;
    if (beta != 0.0) { sum_{{p}}_{{q}}_{{i}} += beta * w[at + {{i}}u * size.y]; }
    w[at + {{i}}u * size.y] = sum_{{p}}_{{q}}_{{i}};
{{end}}
  }
{{end}}{{end}}
}

// B ← Aᵀ; A has 4·size.x rows of size.y vec4s.
fn transpose_matrix(lane: u32, b: u32, a: u32, size: vec2u) {
  storageBarrier();
  for (var i = lane; i < size.x * size.y; i += LANES) {
    let row = i / size.y;
    let column = i % size.y;
    let block = transpose(mat4x4f({{for i in 0..4}}w[a + (row * 4u + {{i}}u) * size.y + column], {{end}}));
    {{for i in 0..4}}w[b + (column * 4u + {{i}}u) * size.x + row] = block[{{i}}];
    {{end}}
  }
}

fn entries_at(i: u32) -> vec4f { return w[i]; }

// ‖X‖ of a matrix of `count` vec4s.
fn norm_of(lane: u32, x: u32, count: u32) -> f32 {
  storageBarrier();
  let norm = range_norm(lane, x, count);
  // X may be overwritten now, and another norm begun.
  storageBarrier();
  return norm;
}

// X ← X/‖X‖, or 0 if X is.
fn normalise(lane: u32, x: u32, count: u32) {
  let norm = norm_of(lane, x, count);
  var inverse = 0.0;
  if (norm > 0.0) { inverse = 1.0 / norm; }
  for (var i = lane; i < count; i += LANES) { w[x + i] *= inverse; }
}

// The i-th vec4 of the identity of `real` rows, in rows of `width` vec4s.
fn unit_at(i: u32, width: u32, real: u32) -> vec4f {
  let row = i / width;
  if (i % width != row / 4u || row >= real) { return vec4f(); }
  return vec4f(vec4u(row % 4u) == vec4u(0u, 1u, 2u, 3u));
}
