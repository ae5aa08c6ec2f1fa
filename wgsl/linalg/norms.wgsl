// Euclidean norms of ranges of a vector:  norms[r] = √Σ x²
// data: vec4s, whose padding is 0 and adds nothing; ranges: [count] (first vec4, number of vec4s, 0, 0); norms: [count].
// Where the sum of squares leaves the range of f32, it is made of scaled numbers: √Σx² = √Σ(sx)² / s with s = 2⁻⁶⁴ or 2⁶⁴, powers of two,
// which round nothing. Gradients of deep Gaussian fields are so large.
// Dispatch: one workgroup of 64 per range, along x. Lane l adds vec4s l, l + 64, … in their order, then a tree adds the lanes, in f32:
// every run gives the same bits.
{{read data}}
{{read ranges}}
{{write norms: array<f32>}}
alias Lane = mat3x4f;
{{include lane_sum}}

const DOWN = 0x1p-64f;
const UP = 0x1p64f;
const SMALLEST_NORMAL = 0x1p-126f;
const LARGEST = 0x1.fffffep127f;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let range = vec4u(ranges(group.x));
  var sum = mat3x4f();
  for (var i = lane; i < range.y; i += 64u) {
    let x = data(range.x + i);
    let down = x * DOWN;
    let up = x * UP;
    sum += mat3x4f(x * x, down * down, up * up);
  }
  let total = lane_sum(lane, sum);
  if (lane == 0u) {
    let squares = vec3f(across(total[0]), across(total[1]), across(total[2]));
    var norm = sqrt(squares.x);
    if (!(squares.x <= LARGEST)) { norm = sqrt(squares.y) * UP; }
    if (squares.x < SMALLEST_NORMAL) { norm = sqrt(squares.z) * DOWN; }
    norms[group.x] = norm;
  }
}

fn across(x: vec4f) -> f32 { return (x.x + x.y) + (x.z + x.w); }
