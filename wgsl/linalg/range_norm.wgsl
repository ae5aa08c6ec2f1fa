// The Euclidean norm of a range, included by kernels that define `fn entries_at(i: u32) -> vec4f`:
//   range_norm = √Σ x²  over the `count` vec4s from `first` on
// Where the sum of squares leaves the range of f32, it is made of scaled numbers: √Σx² = √Σ(sx)² / s with s = 2⁻⁶⁴ or 2⁶⁴, powers of two,
// which round nothing. Gradients of deep Gaussian fields are so large.
// All lanes of a workgroup call it, and between two calls there is a barrier. Lane l < 64 adds vec4s l, l + 64, … in their order, then a tree
// adds the lanes, in f32: every run gives the same bits.
alias Lane = mat3x4f;
{{include lane_sum}}

const DOWN = 0x1p-64f;
const UP = 0x1p64f;
const SMALLEST_NORMAL = 0x1p-126f;
const LARGEST = 0x1.fffffep127f;

fn range_norm(lane: u32, first: u32, count: u32) -> f32 {
  var sum = mat3x4f();
  if (lane < 64u) {
    for (var i = lane; i < count; i += 64u) {
      let x = entries_at(first + i);
      let down = x * DOWN;
      let up = x * UP;
      sum += mat3x4f(x * x, down * down, up * up);
    }
  }
  let total = lane_sum(lane, sum);
  let squares = vec3f(across(total[0]), across(total[1]), across(total[2]));
  var norm = sqrt(squares.x);
  if (!(squares.x <= LARGEST)) { norm = sqrt(squares.y) * UP; }
  if (squares.x < SMALLEST_NORMAL) { norm = sqrt(squares.z) * DOWN; }
  return norm;
}

fn across(x: vec4f) -> f32 { return (x.x + x.y) + (x.z + x.w); }
