// What the kernels share that take a tile of rows through a chain of layers, included by them: the layers, the activation, whose constants differ from
// layer to layer, and the products.
// layers: two vec4s for each layer: (first vec4 of the weights, first vec4 of the biases, inputs/4, outputs/4) and (real, p0, p1, 0).
{{read layers}}
// What activations read, which differs from layer to layer.
struct Constants { p0: f32, p1: f32 }
var<private> u: Constants;
alias Preactivation = array<vec4f, 1>;
{{include activation}}
{{include chain_product}}
