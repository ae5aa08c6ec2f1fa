// The tangents of consecutive dense layers along a direction in parameter space, in one dispatch (docs/math.md, section 3):
//   Ż_l = Ȧ_(l−1) W_lᵀ + A_(l−1) Ẇ_lᵀ + ḃ_l,  Ȧ_l = a′(Z_l) ⊙ Ż_l;  below the first layer Ȧ = start0 (0 if `absent` is 1) and A = start1
// The layers are `count` = `steps` + 1 from the table's `first` on. The first `activated` have the activation, and one that may follow is linear.
// start_t: [rows, inputs]; z_s, z_tangent_s, a_tangent_s: Z, Ż and Ȧ of layer first + s, [rows, outputs], bound for as many rows as there are;
// vector0, vector1: the parameters and the direction, vectors of the field's layout. layers: as in chain_layers.wgsl.
// A workgroup takes 4·row_quads rows through all layers in workgroup memory, Ȧ and A in turn, and computes A again from Z; dispatch: one
// workgroup for each such tile along x. Each entry sums its products in the order of k, first those with Ȧ, in f32: every run gives the
// same bits, whatever the size of the tile.
{{for t in absent..2}}
{{read start{{t}}}}
{{end}}
{{read vector0}}
{{read vector1}}
{{include chain_layers}}
{{for s in 0..activated}}
{{read z{{s}}}}
{{write a_tangent{{s}}: array<vec4f>}}
{{end}}
{{for s in 0..count}}
{{write z_tangent{{s}}: array<vec4f>}}
{{end}}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = layers({{first}}u * 2u);
  let rows = arrayLength(&z_tangent0) / u32(begin.w);
  var sums = Sums();
{{for t in absent..2}}
  load_{{t}}(lane, group.x, rows, u32(begin.z));
  sums = product_{{t}}(lane, sums, u32(begin.x), u32(begin.z), u32(begin.w));
{{end}}
{{for s in 0..steps}}{
    tangent_{{s}}(lane, group.x, rows, sums);
    let next = layers(({{first}}u + {{s}}u + 1u) * 2u);
    sums = product_0(lane, Sums(), u32(next.x), u32(next.z), u32(next.w));
    value_{{s}}(lane, group.x, rows);
    sums = product_1(lane, sums, u32(next.x), u32(next.z), u32(next.w));
  }
{{end}}
  tangent_{{steps}}(lane, group.x, rows, sums);
}
{{for s in 0..activated}}

// Stores Ż and Ȧ of a layer, and holds Ȧ for the next.
fn tangent_{{s}}(lane: u32, tile: u32, rows: u32, sums: Sums) {
  let x = lane % QUADS;
  let y = lane / QUADS;
  let size = layers(({{first}}u + {{s}}u) * 2u);
  let own = layers(({{first}}u + {{s}}u) * 2u + 1u);
  u = Constants(own.y, own.z);
  let width = u32(size.w);
  if (x >= width) { return; }
  let bias = vector1(u32(size.y) + x);
{{for p in 0..blocks}}{
    let row_quad = y + {{p}}u * STRIDE;
    let row = (tile * ROW_QUADS + row_quad) * 4u;
    if (row < rows) {
      let at = row * width + x;
      var block = mat4x4f();
      {{for i in 0..4}}let tangent_{{i}} = bias + sums[{{p}} * 4 + {{i}}];
      z_tangent{{s}}[at + {{i}}u * width] = tangent_{{i}};
      block[{{i}}] = partial_0(Preactivation(z{{s}}(at + {{i}}u * width))) * tangent_{{i}};
      a_tangent{{s}}[at + {{i}}u * width] = block[{{i}}];
      {{end}}
      hold(x, row_quad, block);
    }
  }
{{end}}
}
{{end}}
{{for s in 0..steps}}

// Holds A of the same layer for the next.
fn value_{{s}}(lane: u32, tile: u32, rows: u32) {
  let x = lane % QUADS;
  let y = lane / QUADS;
  let width = u32(layers(({{first}}u + {{s}}u) * 2u).w);
  if (x >= width) { return; }
  let real = x * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u32(layers(({{first}}u + {{s}}u) * 2u + 1u).x));
{{for p in 0..blocks}}{
    let row_quad = y + {{p}}u * STRIDE;
    let row = (tile * ROW_QUADS + row_quad) * 4u;
    if (row < rows) {
      let at = row * width + x;
      hold(x, row_quad, mat4x4f({{for i in 0..4}}select(vec4f(), value(Preactivation(z{{s}}(at + {{i}}u * width))), real), {{end}}));
    }
  }
{{end}}
}
{{end}}
{{for s in activated..count}}

// Stores Ż of the last, linear layer; Ȧ is the same.
fn tangent_{{s}}(lane: u32, tile: u32, rows: u32, sums: Sums) {
  let x = lane % QUADS;
  let y = lane / QUADS;
  let size = layers(({{first}}u + {{s}}u) * 2u);
  let width = u32(size.w);
  if (x >= width) { return; }
  let bias = vector1(u32(size.y) + x);
{{for p in 0..blocks}}{
    let row = (tile * ROW_QUADS + y + {{p}}u * STRIDE) * 4u;
    if (row < rows) {
      let at = row * width + x;
      {{for i in 0..4}}z_tangent{{s}}[at + {{i}}u * width] = bias + sums[{{p}} * 4 + {{i}}];
      {{end}}
    }
  }
{{end}}
}
{{end}}
