// Consecutive dense layers, in one dispatch:  Z_l = A_(l−1) W_lᵀ + b_l,  A_l = a(Z_l), 0 from column `real` on;  A_(−1) = start0
// The first `activated` of `count` layers have the activation, and one that may follow is linear.
// start0: [rows, inputs]; z_l, a_l: [rows, outputs of layer l], bound for as many rows as there are; vector0: the parameters, a vector of the field's layout.
// layers: as in chain_layers.wgsl.
// A workgroup takes 4·row_quads rows through all layers in workgroup memory; dispatch: one workgroup for each such tile along x. Each entry
// sums its products in the order of k, in f32: every run gives the same bits, whatever the size of the tile.
{{read start0}}
{{read vector0}}
{{include chain_layers}}
{{for l in 0..count}}
{{write z{{l}}}}
{{end}}
{{for l in 0..activated}}
{{write a{{l}}}}
{{end}}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = lane % QUADS;
  let y = lane / QUADS;
  let first = layers(0u);
  let rows = arrayLength(&z0) / u32(first.w);
  load_0(lane, group.x, rows, u32(first.z));
{{for l in 0..count}}{
    let size = layers({{l}}u * 2u);
    let own = layers({{l}}u * 2u + 1u);
    u = Constants(own.y, own.z);
    let width = u32(size.w);
    let sums = product_0(lane, Sums(), u32(size.x), u32(size.z), width);
    if (x < width) {
      let bias = vector0(u32(size.y) + x);
      let real = x * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(u32(own.x));
{{for p in 0..blocks}}{
        let row_quad = y + {{p}}u * STRIDE;
        let row = (group.x * ROW_QUADS + row_quad) * 4u;
        if (row < rows) {
          let at = row * width + x;
          store_{{l}}(at, width, row_quad, x, real, mat4x4f({{for i in 0..4}}bias + sums[{{p}} * 4 + {{i}}], {{end}}));
        }
      }
{{end}}
    }
  }
{{end}}
}
{{for l in 0..activated}}

// Stores a block of 4 rows of Z and A, and holds A for the next layer.
fn store_{{l}}(at: u32, width: u32, row_quad: u32, x: u32, real: vec4<bool>, z: mat4x4f) {
  var a = mat4x4f();
  {{for i in 0..4}}write_z{{l}}(at + {{i}}u * width, z[{{i}}]);
  a[{{i}}] = select(vec4f(), value(Preactivation(z[{{i}}])), real);
  write_a{{l}}(at + {{i}}u * width, a[{{i}}]);
  {{end}}
  hold(x, row_quad, a);
}
{{end}}
{{for l in activated..count}}

// The last, linear layer: A is Z.
fn store_{{l}}(at: u32, width: u32, row_quad: u32, x: u32, real: vec4<bool>, z: mat4x4f) {
  {{for i in 0..4}}write_z{{l}}(at + {{i}}u * width, z[{{i}}]);
  {{end}}
}
{{end}}
