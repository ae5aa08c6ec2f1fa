// One round of the one-sided Jacobi method (Hestenes 1958; ordering of norms after de Rijk 1989) on the rows of square matrices.
// Rows are paired, each in one pair, and every pair is rotated until it is orthogonal with the longer row first:
//   a = ‖x‖², b = ‖y‖², c = x·y;  ζ = (b−a)/2c, t = sign ζ/(|ζ| + √(1+ζ²)), cos = 1/√(1+t²), sin = t cos
//   x ← cos x − sin y,  y ← sin x + cos y
// Pairs meet as in a round-robin tournament, so that size − 1 rounds (size if it is odd) make a sweep over all of them.
// squares: for each matrix (first vec4, stride in vec4s, size, padded size); w: the matrices.
// One invocation per pair; dispatch: workgroups of 8 along x, matrices along z. Pairs are disjoint and sums have a fixed order, in f32:
// every run gives the same bits.
{{uniform round: u32}}
{{read squares}}
{{update w}}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let square = vec4u(squares(id.z));
  let players = square.z + (square.z & 1u);
  let pair = id.x;
  if (square.z < 2u || pair >= players / 2u) { return; }
  let rounds = players - 1u;
  let round = u.round % rounds;
  var i = rounds;
  var j = round;
  if (pair > 0u) {
    i = (round + pair) % rounds;
    j = (round + rounds - pair) % rounds;
  }
  if (max(i, j) >= square.z) { return; }
  let first = square.x + min(i, j) * square.y;
  let second = square.x + max(i, j) * square.y;
  var squares_x = vec4f();
  var squares_y = vec4f();
  var products = vec4f();
  for (var k = 0u; k < square.y; k++) {
    let x = w_before(first + k);
    let y = w_before(second + k);
    squares_x += x * x;
    squares_y += y * y;
    products += x * y;
  }
  let norm_x = (squares_x.x + squares_x.y) + (squares_x.z + squares_x.w);
  let norm_y = (squares_y.x + squares_y.y) + (squares_y.z + squares_y.w);
  let product = (products.x + products.y) + (products.z + products.w);
  let swap = norm_x < norm_y;
  let orthogonal = abs(product) <= 1e-7 * sqrt(norm_x) * sqrt(norm_y);
  if (orthogonal && !swap) { return; }
  var tangent = 0.0;
  if (!orthogonal) {
    let zeta = -abs(norm_x - norm_y) / (2.0 * product);
    tangent = select(1.0, -1.0, zeta < 0.0) / (abs(zeta) + sqrt(1.0 + zeta * zeta));
  }
  let cosine = 1.0 / sqrt(1.0 + tangent * tangent);
  let sine = tangent * cosine;
  for (var k = 0u; k < square.y; k++) {
    let here = w_before(first + k);
    let there = w_before(second + k);
    let x = select(here, there, swap);
    let y = select(there, here, swap);
    w[first + k] = cosine * x - sine * y;
    w[second + k] = sine * x + cosine * y;
  }
}
