// The tangents of the adjoints of the preactivations of consecutive dense layers, from the top down, in one dispatch (docs/math.md, section 3):
//   R(Ā_(l−1)) = R(Z̄_l) W_l + Z̄_l Ẇ_l,  R(Z̄_(l−1)) = R(Ā_(l−1)) ⊙ a′(Z_(l−1)) + Ā_(l−1) ⊙ a″(Z_(l−1)) ⊙ Ż_(l−1)
// From the table's layer `top` on, whose R(Z̄) and Z̄ are start0 and start1: [rows, outputs]. below_s, below_tangent_s, value_adjoint_s, adjoint_tangent_s:
// Z, Ż, Ā and R(Z̄) of the layer s + 1 below it, of which there are `steps` + 1, bound for as many rows as there are; vector0, vector1: the
// parameters and the direction, vectors of the field's layout. layers: as in chain_layers.wgsl.
// A workgroup takes 4·row_quads rows through all layers in workgroup memory, R(Z̄) and Z̄ in turn, and computes Z̄ again from Ā and Z;
// dispatch: one workgroup for each such tile along x. Each entry sums its products in the order of k, first those with R(Z̄), in f32:
// every run gives the same bits, whatever the size of the tile.
{{for t in absent..2}}
{{read start{{t}}}}
{{end}}
{{read vector0}}
{{read vector1}}
{{include chain_layers}}
{{for s in 0..count}}
{{read below{{s}}}}
{{read below_tangent{{s}}}}
{{read value_adjoint{{s}}}}
{{write adjoint_tangent{{s}}: array<vec4f>}}
{{end}}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let begin = layers({{top}}u * 2u);
  let rows = arrayLength(&adjoint_tangent0) / u32(begin.z);
  var sums = Sums();
{{for t in absent..2}}
  load_{{t}}(lane, group.x, rows, u32(begin.w));
  sums = product_{{t}}(lane, sums, u32(begin.x), u32(begin.w), u32(begin.z));
{{end}}
{{for s in 0..steps}}{
    tangent_{{s}}(lane, group.x, rows, sums);
    let next = layers(({{top}}u - {{s}}u - 1u) * 2u);
    sums = product_0(lane, Sums(), u32(next.x), u32(next.w), u32(next.z));
    adjoint_{{s}}(lane, group.x, rows);
    sums = product_1(lane, sums, u32(next.x), u32(next.w), u32(next.z));
  }
{{end}}
  tangent_{{steps}}(lane, group.x, rows, sums);
}
{{for s in 0..count}}

// Stores R(Z̄) of a layer, and holds it for the layer below.
fn tangent_{{s}}(lane: u32, tile: u32, rows: u32, sums: Sums) {
  let x = lane % QUADS;
  let y = lane / QUADS;
  let width = u32(layers(({{top}}u - {{s}}u - 1u) * 2u).w);
  let own = layers(({{top}}u - {{s}}u - 1u) * 2u + 1u);
  u = Constants(own.y, own.z);
  if (x >= width) { return; }
{{for p in 0..blocks}}{
    let row_quad = y + {{p}}u * STRIDE;
    let row = (tile * ROW_QUADS + row_quad) * 4u;
    if (row < rows) {
      let at = row * width + x;
      var block = mat4x4f();
      {{for i in 0..4}}let z_{{i}} = Preactivation(below{{s}}(at + {{i}}u * width));
      block[{{i}}] = sums[{{p}} * 4 + {{i}}] * partial_0(z_{{i}}) +
        value_adjoint{{s}}(at + {{i}}u * width) * (partial_0_0(z_{{i}}) * below_tangent{{s}}(at + {{i}}u * width));
      adjoint_tangent{{s}}[at + {{i}}u * width] = block[{{i}}];
      {{end}}
      hold(x, row_quad, block);
    }
  }
{{end}}
}
{{end}}
{{for s in 0..steps}}

// Holds Z̄ of the same layer for the layer below.
fn adjoint_{{s}}(lane: u32, tile: u32, rows: u32) {
  let x = lane % QUADS;
  let y = lane / QUADS;
  let width = u32(layers(({{top}}u - {{s}}u - 1u) * 2u).w);
  if (x >= width) { return; }
{{for p in 0..blocks}}{
    let row_quad = y + {{p}}u * STRIDE;
    let row = (tile * ROW_QUADS + row_quad) * 4u;
    if (row < rows) {
      let at = row * width + x;
      var block = mat4x4f();
      {{for i in 0..4}}block[{{i}}] = value_adjoint{{s}}(at + {{i}}u * width) * partial_0(Preactivation(below{{s}}(at + {{i}}u * width)));
      {{end}}
      hold(x, row_quad, block);
    }
  }
{{end}}
}
{{end}}
