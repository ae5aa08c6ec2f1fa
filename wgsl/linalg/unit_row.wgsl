// Rows divided by their Euclidean norms, included by kernels that define `fn entries_at(i: u32) -> vec4f`:
//   unit_row(n, x) = x/‖row‖, or 0 where the row is 0, with n = row_norm of the `count` vec4s from `first` on
// row_norm has the largest magnitude s and the norm of row/s, so that no square leaves the range of f32. An invocation adds a row in its
// order, in f32: every run gives the same bits.
fn row_norm(first: u32, count: u32) -> vec2f {
  var largest = vec4f();
  for (var i = 0u; i < count; i++) { largest = max(largest, abs(entries_at(first + i))); }
  let scale = max(max(largest.x, largest.y), max(largest.z, largest.w));
  var sum = vec4f();
  for (var i = 0u; i < count; i++) {
    let entries = entries_at(first + i) / scale;
    sum += entries * entries;
  }
  return vec2f(scale, sqrt((sum.x + sum.y) + (sum.z + sum.w)));
}

fn unit_row(norm: vec2f, x: vec4f) -> vec4f { return select(vec4f(), x / norm.x / norm.y, norm.x > 0.0); }
