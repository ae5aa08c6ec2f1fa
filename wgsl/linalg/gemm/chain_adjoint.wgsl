// The adjoints of the preactivations of consecutive dense layers, from the last layer down, in one dispatch:
//   Ā_(l−1) = Z̄_l W_l,  Z̄_(l−1) = Ā_(l−1) ⊙ a′(Z_(l−1)),  Z̄ of the last layer = start0;  Ā is stored with `keep`
// start0: [rows, outputs of the last layer]; below_s, adjoint_s, value_adjoint_s: Z, Z̄ and Ā of the layer s + 1 below the last one, bound for as many rows as
// there are; vector0: the parameters, a vector of the field's layout. layers: as in chain_layers.wgsl.
// A workgroup takes 4·row_quads rows through all layers in workgroup memory; dispatch: one workgroup for each such tile along x. Each entry
// sums its products in the order of k, in f32: every run gives the same bits, whatever the size of the tile.
{{read start0}}
{{read vector0}}
{{include chain_layers}}
{{for s in 0..steps}}
{{read below{{s}}}}
{{write adjoint{{s}}: array<vec4f>}}
{{if keep}}
{{write value_adjoint{{s}}: array<vec4f>}}
{{end}}
{{end}}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = lane % QUADS;
  let y = lane / QUADS;
  let last = layers({{steps}}u * 2u);
  let rows = arrayLength(&adjoint0) / u32(last.z);
  load_0(lane, group.x, rows, u32(last.w));
{{for s in 0..steps}}{
    let layer = {{steps}}u - {{s}}u;
    let size = layers(layer * 2u);
    let beneath = layers(layer * 2u - 1u);
    u = Constants(beneath.y, beneath.z);
    let width = u32(size.z);
    let sums = product_0(lane, Sums(), u32(size.x), u32(size.w), width);
    if (x < width) {
{{for p in 0..blocks}}{
        let row_quad = y + {{p}}u * STRIDE;
        let row = (group.x * ROW_QUADS + row_quad) * 4u;
        if (row < rows) {
          let at = row * width + x;
          var block = mat4x4f();
          {{for i in 0..4}}{{if keep}}value_adjoint{{s}}[at + {{i}}u * width] = sums[{{p}} * 4 + {{i}}];{{end}}
          block[{{i}}] = sums[{{p}} * 4 + {{i}}] * partial_0(Preactivation(below{{s}}(at + {{i}}u * width)));
          adjoint{{s}}[at + {{i}}u * width] = block[{{i}}];
          {{end}}
          hold(x, row_quad, block);
        }
      }
{{end}}
    }
  }
{{end}}
}
