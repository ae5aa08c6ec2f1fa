// The shares of the gradient, or of a product, of several dense layers, summed over parts of the batch, in one dispatch:
//   W̄_l = Σ_t Z̄_tlᵀ X_tl,  b̄_l = Σ_n Z̄_0l;  t < terms
// The layers are `count` from the table's `first` on; the first `alone` of them have one term only.
// z_t_l: [rows, outputs of layer first + l]; x_t_l: [rows, inputs of that layer]. layers: as in chain_layers.wgsl. partials: [splits, stride] vec4s:
// split s writes W̄ and b̄ where they lie in a vector of the field's layout, from s·stride on, summed over the rows from s·rows_per_split on.
// One workgroup computes a square of 4·quads rows and columns of one W̄, an invocation 4 × 4 entries of it; dispatch: the squares of all
// layers along x, splits along y. Rows are added in their order, term after term, split by split (gradient_sum.wgsl adds the splits), in f32:
// every run gives the same bits, whatever the size of the square.
{{uniform rows: u32, rows_per_split: u32, stride: u32}}
{{read layers}}
{{for l in 0..count}}
{{read z_0_{{l}}}}
{{read x_0_{{l}}}}
{{end}}
{{if terms == 2}}{{for l in alone..count}}
{{read z_1_{{l}}}}
{{read x_1_{{l}}}}
{{end}}{{end}}
{{write partials: array<vec4f>}}
const SIDE = {{quads}}u;
const THREADS = SIDE * SIDE;
// Rows that are staged at a time.
const DEPTH = 32u;
// [row, r/4] and [row, c/4].
var<workgroup> tile_z: array<vec4f, DEPTH * SIDE>;
var<workgroup> tile_x: array<vec4f, DEPTH * SIDE>;

fn z_at(term: u32, layer: u32, i: u32) -> vec4f {
{{if terms == 2}}
  if (term == 1u) {
    switch layer {
      {{for l in alone..count}}case {{l}}u: { return z_1_{{l}}(i); }
      {{end}}default: { return vec4f(); }
    }
  }
{{end}}
  switch layer {
    {{for l in 0..count}}case {{l}}u: { return z_0_{{l}}(i); }
    {{end}}default: { return vec4f(); }
  }
}

fn x_at(term: u32, layer: u32, i: u32) -> vec4f {
{{if terms == 2}}
  if (term == 1u) {
    switch layer {
      {{for l in alone..count}}case {{l}}u: { return x_1_{{l}}(i); }
      {{end}}default: { return vec4f(); }
    }
  }
{{end}}
  switch layer {
    {{for l in 0..count}}case {{l}}u: { return x_0_{{l}}(i); }
    {{end}}default: { return vec4f(); }
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  // Which square of which layer this workgroup computes.
  var layer = 0u;
  var square = group.x;
  var size = layers({{first}}u * 2u);
  var across = (u32(size.z) + SIDE - 1u) / SIDE;
  var squares = across * ((u32(size.w) + SIDE - 1u) / SIDE);
  while (square >= squares) {
    square -= squares;
    layer++;
    size = layers(({{first}}u + layer) * 2u);
    across = (u32(size.z) + SIDE - 1u) / SIDE;
    squares = across * ((u32(size.w) + SIDE - 1u) / SIDE);
  }
  let inputs = u32(size.z);
  let outputs = u32(size.w);
  let top = square / across * SIDE;
  let left = square % across * SIDE;
  let first = group.y * u.rows_per_split;
  let end = min(first + u.rows_per_split, u.rows);
  let y = lane / SIDE;
  let x = lane % SIDE;
  var bias = vec4f();
  {{for i in 0..4}}var sum_{{i}} = vec4f();
  {{end}}
  let terms = select({{terms}}u, 1u, layer < {{alone}}u);
  for (var t = 0u; t < terms; t++) {
    for (var n = first; n < end; n += DEPTH) {
      for (var s = lane; s < DEPTH * SIDE; s += THREADS) {
        let row = n + s / SIDE;
        let r = top + s % SIDE;
        let c = left + s % SIDE;
        tile_z[s] = vec4f();
        tile_x[s] = vec4f();
        if (row < end && r < outputs) { tile_z[s] = z_at(t, layer, row * outputs + r); }
        if (row < end && c < inputs) { tile_x[s] = x_at(t, layer, row * inputs + c); }
      }
      workgroupBarrier();
      if (t == 0u && left == 0u && lane < SIDE) {
        for (var j = lane; j < DEPTH * SIDE; j += SIDE) { bias += tile_z[j]; }
      }
      for (var j = 0u; j < DEPTH * SIDE; j += SIDE) {
        let z = tile_z[j + y];
        let right = tile_x[j + x];
        sum_0 += z.x * right;
        sum_1 += z.y * right;
        sum_2 += z.z * right;
        sum_3 += z.w * right;
      }
      workgroupBarrier();
    }
  }
  let to = group.y * u.stride;
  if (top + y < outputs && left + x < inputs) {
    let at = to + u32(size.x) + (top + y) * 4u * inputs + left + x;
    {{for i in 0..4}}partials[at + {{i}}u * inputs] = sum_{{i}};
    {{end}}
  }
  if (left == 0u && lane < SIDE && top + lane < outputs) { partials[to + u32(size.y) + top + lane] = bias; }
}
