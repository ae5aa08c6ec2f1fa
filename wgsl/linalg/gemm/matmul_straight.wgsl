// A matrix product as straight-line text:  C[r, c] = I[r, c] + Σ_{k < depth} A[r, k] B[k, c]
//   with `activate`: a(C) is stored too (in `activated`), 0 from column `real` on;  with `derive`: C ⊙ a′(below) is stored instead of C
// It is for adapters that read workgroup memory far faster at constant indices outside any control flow than in any other way
// (docs/kernels.md). One workgroup computes 256 rows × 4·quads columns: it stages its columns of B, then every invocation works through
// its own row of A; all indices into `columns` are literals, and there is no branch around them.
// a: rows from vec4 a_offset on, a_stride apart. b: from b_offset on, either [columns, b_stride], the rows of B transposed
// (b_transposed = 0), or [depth, b_stride] (b_transposed = 1). init (I): [rows, init_stride] or, with stride 0, one row; not used where
// has_init = 0. c: [rows, c_stride]; activated and below are laid out like c. Strides and offsets are in vec4s. depth is a multiple of 16,
// at most 256, and rows one of 256. Dispatch: columns/(4·quads) along x, rows/256 along y. Each entry sums its products in the order of k, four at a time, in f32:
// every run gives the same bits.
{{uniform a_offset: u32, a_stride: u32, b_offset: u32, b_stride: u32, b_transposed: u32, has_init: u32, init_stride: u32, c_stride: u32, real: u32, p0: f32, p1: f32}}
{{read a}}
{{read b}}
{{read init}}
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
const DEPTH = {{depth}}u / 4u;
const QUADS = {{quads}}u;
var<workgroup> columns: array<vec4f, 4u * QUADS * DEPTH>;

{{for q in 0..quads}}{{for j in 0..4}}
var<private> sum_{{q}}_{{j}}: f32;
{{end}}{{end}}

// Adds the products with two vec4s of a row, from the k-th on, both to one sum before the next: sums that do not fit in registers are loaded
// and stored once. k is a literal: the driver puts the function in for each.
fn add(x_0: vec4f, x_1: vec4f, k: u32) {
{{for q in 0..quads}}{{for j in 0..4}}
  {{for i in 0..2}}sum_{{q}}_{{j}} += dot(x_{{i}}, columns[({{q}}u * 4u + {{j}}u) * DEPTH + k + {{i}}u]);
  {{end}}
{{end}}{{end}}
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (u.b_transposed == 0u) {
    for (var i = lane; i < 4u * QUADS * DEPTH; i += 256u) {
      columns[i] = b(u.b_offset + (group.x * 4u * QUADS + i / DEPTH) * u.b_stride + i % DEPTH);
    }
  } else {
    for (var i = lane; i < QUADS * DEPTH; i += 256u) {
      let at = u.b_offset + i / QUADS * 4u * u.b_stride + group.x * QUADS + i % QUADS;
      let block = transpose(mat4x4f(b(at), b(at + u.b_stride), b(at + 2u * u.b_stride), b(at + 3u * u.b_stride)));
      let to = i % QUADS * 4u * DEPTH + i / QUADS;
      {{for j in 0..4}}columns[to + {{j}}u * DEPTH] = block[{{j}}];
      {{end}}
    }
  }
  workgroupBarrier();
  let row = group.y * 256u + lane;
  let at = u.a_offset + row * u.a_stride;
{{for q in 0..quads}}
  let init_{{q}} = select(vec4f(), init(row * u.init_stride + group.x * QUADS + {{q}}u), u.has_init == 1u);
{{end}}
{{for q in 0..quads}}{{for j in 0..4}}
  sum_{{q}}_{{j}} = init_{{q}}[{{j}}];
{{end}}{{end}}
{{for k in 0..pairs}}
  add(a(at + 2u * {{k}}u), a(at + 2u * {{k}}u + 1u), 2u * {{k}}u);
{{end}}
  let to = row * u.c_stride + group.x * QUADS;
{{for q in 0..quads}}
  var entry_{{q}} = vec4f(sum_{{q}}_0, sum_{{q}}_1, sum_{{q}}_2, sum_{{q}}_3);
{{if derive}}
  entry_{{q}} *= partial_0(Preactivation(below(to + {{q}}u)));
{{end}}
{{if activate}}
  let real_{{q}} = (group.x * QUADS + {{q}}u) * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u.real);
  write_activated(to + {{q}}u, select(vec4f(), value(Preactivation(entry_{{q}})), real_{{q}}));
{{end}}
  write_c(to + {{q}}u, entry_{{q}});
{{end}}
}
