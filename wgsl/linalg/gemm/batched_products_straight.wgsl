// What batched_products.wgsl computes, as straight-line text, for sums of 8·pairs products:  C ← α A op(B) + β D
//   op(B) = Bᵀ where b_transposed = 1, else B; with `kept` D is C itself, with `added` it is read from d; without both, β is not used
// It is for adapters that read workgroup memory far faster at constant indices outside any control flow than in any other way
// (docs/kernels.md). Bindings and table are those of batched_products.wgsl, without tiles that are also written transposed.
// One workgroup computes a tile of 256 rows × 4·quads columns: it stages its columns of op(B), then every invocation works through its own
// row of A; all indices into `columns` are literals, and there is no branch around them. Dispatch: one workgroup per tile, along x and y;
// those behind the last tile compute it again. Each entry sums its products in the order of k, four at a time, in f32: every run gives the
// same bits.
{{uniform jobs: u32, tiles: u32, alpha: f32, beta: f32, b_transposed: u32}}
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
const DEPTH = 2u * {{pairs}}u;
const QUADS = {{quads}}u;
var<workgroup> columns: array<vec4f, 4u * QUADS * DEPTH>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = vec4u(table(u.jobs * 3u + min(group.x + group.y * groups.x, u.tiles - 1u)));
  let job = tile.x - 1u;
  let operands = vec4u(table(job * 3u));
  let results = vec4u(table(job * 3u + 1u));
  if (u.b_transposed == 1u) {
    for (var i = lane; i < 4u * QUADS * DEPTH; i += 256u) {
      columns[i] = b(operands.z + (tile.z * 4u + i / DEPTH) * operands.w + i % DEPTH);
    }
  } else {
    for (var i = lane; i < QUADS * DEPTH; i += 256u) {
      let at = operands.z + i / QUADS * 4u * operands.w + tile.z + i % QUADS;
      let block = transpose(mat4x4f(b(at), b(at + operands.w), b(at + 2u * operands.w), b(at + 3u * operands.w)));
      let to = i % QUADS * 4u * DEPTH + i / QUADS;
      {{for j in 0..4}}columns[to + {{j}}u * DEPTH] = block[{{j}}];
      {{end}}
    }
  }
  workgroupBarrier();
  let row = tile.y + lane;
  let at = operands.x + row * operands.y;
{{for q in 0..quads}}{{for j in 0..4}}
  var sum_{{q}}_{{j}} = 0.0;
{{end}}{{end}}
{{for k in 0..pairs}}{
    {{for i in 0..2}}let x_{{i}} = a(at + 2u * {{k}}u + {{i}}u);
    {{end}}
    {{for q in 0..quads}}{{for j in 0..4}}{{for i in 0..2}}sum_{{q}}_{{j}} += dot(x_{{i}}, columns[({{q}}u * 4u + {{j}}u) * DEPTH + 2u * {{k}}u + {{i}}u]);
    {{end}}{{end}}{{end}}
  }
{{end}}
{{for q in 0..quads}}
  var entry_{{q}} = u.alpha * vec4f(sum_{{q}}_0, sum_{{q}}_1, sum_{{q}}_2, sum_{{q}}_3);
  {{if kept}}entry_{{q}} += u.beta * c_before(results.x + row * results.y + tile.z + {{q}}u);{{end}}
  {{if added}}entry_{{q}} += u.beta * d(results.z + row * results.w + tile.z + {{q}}u);{{end}}
  c[results.x + row * results.y + tile.z + {{q}}u] = entry_{{q}};
{{end}}
}
