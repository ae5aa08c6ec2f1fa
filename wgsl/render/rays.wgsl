// Rays through pixels without lens distortion, in the coordinates that samples are placed in (docs/conventions.md):
//   sample s = indices[first + n]: the pixels of all cameras are counted camera by camera, row by row; its centre (column + ½, row + ½)
//   rays[3n] = (origin, start of t), rays[3n + 1] = (direction of unit length, end of t), rays[3n + 2] = (viewing direction, 0)
// In spaces 0 and 1, t runs from near to far. In space 2 (NDC; Mildenhall et al. 2020, appendix C, near plane 1) origin and direction
// are those in the cube and t runs from 0 to the length of the whole ray; viewing directions stay as they are.
// indices: sample numbers; cameras: [·, 6] vec4s: three rows of the pose (right, up, back, position), (focal lengths, centre),
// (k1, k2, k3, p1), (p2, width, and the number a·65536 + b of the camera's first pixel as a, b); rays: [count, 3] vec4s.
// One invocation per ray; dispatch: workgroups of 64 along x and y. Rays are independent: every run gives the same bits.
{{uniform count: u32, first: u32, camera_count: u32, space: u32, near: f32, far: f32, cube_x: f32, cube_y: f32}}
{{read indices: array<u32>}}
{{read cameras: array<vec4f>}}
{{write rays: array<vec4f>}}
{{include invocation_index}}

// Newton's method for the point whose distorted image is `seen` (Brown's model, as OpenCV defines it).
fn undistorted(seen: vec2f, k: vec3f, p: vec2f) -> vec2f {
  var at = seen;
  for (var step = 0u; step < 20u; step++) {
    let r = dot(at, at);
    let radial = 1.0 + r * (k.x + r * (k.y + r * k.z));
    let slope = 2.0 * (k.x + r * (2.0 * k.y + r * 3.0 * k.z));
    let xy = at.x * at.y;
    let shifted = at * radial + vec2f(
      2.0 * p.x * xy + p.y * (r + 2.0 * at.x * at.x),
      2.0 * p.y * xy + p.x * (r + 2.0 * at.y * at.y),
    );
    let a = radial + slope * at.x * at.x + 2.0 * p.x * at.y + 6.0 * p.y * at.x;
    let b = slope * xy + 2.0 * p.x * at.x + 2.0 * p.y * at.y;
    let d = radial + slope * at.y * at.y + 2.0 * p.y * at.x + 6.0 * p.x * at.y;
    let miss = seen - shifted;
    at += vec2f(d * miss.x - b * miss.y, a * miss.y - b * miss.x) / (a * d - b * b);
  }
  return at;
}

fn first_pixel(camera: u32) -> u32 {
  let place = cameras[camera * 6u + 5u];
  return u32(place.z) * 65536u + u32(place.w);
}

// The camera to which a pixel belongs: the last one whose first pixel is not beyond it.
fn camera_of(sample: u32) -> u32 {
  var low = 0u;
  var high = u.camera_count;
  while (high - low > 1u) {
    let middle = (low + high) / 2u;
    if (first_pixel(middle) <= sample) { low = middle; } else { high = middle; }
  }
  return low;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = invocation_index(id, groups, 64u);
  if (n >= u.count) { return; }
  let sample = indices[u.first + n];
  let owner = camera_of(sample);
  let camera = owner * 6u;
  let pixel = sample - first_pixel(owner);
  let width = u32(cameras[camera + 5u].y);
  let lens = cameras[camera + 3u];
  let k = cameras[camera + 4u];
  let p = vec2f(k.w, cameras[camera + 5u].x);
  var at = (vec2f(f32(pixel % width), f32(pixel / width)) + 0.5 - lens.zw) / lens.xy;
  if (any(k != vec4f()) || p.y != 0.0) { at = undistorted(at, k.xyz, p); }
  let local = vec3f(at.x, -at.y, -1.0);
  let rows = array<vec4f, 3>(cameras[camera], cameras[camera + 1u], cameras[camera + 2u]);
  let view = normalize(vec3f(dot(rows[0].xyz, local), dot(rows[1].xyz, local), dot(rows[2].xyz, local)));
  var origin = vec3f(rows[0].w, rows[1].w, rows[2].w);
  var direction = view;
  var limits = vec2f(u.near, u.far);
  if (u.space == 2u) {
    origin += (-1.0 - origin.z) / view.z * view;
    let slopes = vec2f(u.cube_x, u.cube_y);
    let start = vec3f(-slopes * origin.xy / origin.z, 1.0 + 2.0 / origin.z);
    let along = vec3f(-slopes * (view.xy / view.z - origin.xy / origin.z), -2.0 / origin.z);
    origin = start;
    direction = normalize(along);
    limits = vec2f(0.0, length(along));
  }
  rays[3u * n] = vec4f(origin, limits.x);
  rays[3u * n + 1u] = vec4f(direction, limits.y);
  rays[3u * n + 2u] = vec4f(view, 0.0);
}
