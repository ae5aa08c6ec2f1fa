// Mean squared error of rays composited from densities d and colours k (Mildenhall et al. 2020; docs/math.md, section 4), with its adjoints, or with
// `tangents` (which makes numbers dual) the tangents of those adjoints:
//   D = Σ_{j<i} τⱼ, Tᵢ = e^{−D}, αᵢ = 1 − e^{−τᵢ}, wᵢ = Tᵢαᵢ, C = Σ wᵢcᵢ + (1 − Σwᵢ) background, loss = scale Σ_c (C − t)²
//   from the last interval to the first, with w̄ᵢ = C̄·(cᵢ − background):  k̄ᵢ = wᵢ C̄ c′(kᵢ),  τ̄ᵢ = Tᵢ₊₁(w̄ᵢ − Bᵢ),
//   Bᵢ₋₁ = αᵢw̄ᵢ + e^{−τᵢ}Bᵢ  (w̄ composited over all intervals behind i − 1; B = 0 behind the last),  d̄ᵢ = τ̄ᵢ τ′(dᵢ)
// B is a weighted mean of w̄, so that nothing cancels or overflows, however long or dense a ray is.
// With curvature = 0 only C̄ has a tangent in the reverse pass, which gives the Gauss-Newton product Jᵀ(∂²loss)Jv, where J is the
// Jacobian of the pixels. With `sampled` the reverse pass starts from C̄ = √(2 scale) w with random signs w, which gives JᵀS^½w with
// S = 2 scale, the second derivative of the loss by C. The loss itself is stored only with `primals`.
// density, colour, their tangents and adjoints: [padded_rows, 16], of which 1 and 3 columns are not padding, row = ray·intervals + i;
// edges: [rays, edge_stride]; pixel, signs: [≥ rays, 16], of which 3 columns are not padding; ray_loss: [rays]. Columns 1 to 3 of the
// density's adjoint hold D temporarily, and are 0 in the end.
// One invocation per ray, then one per row of padding, which becomes 0; dispatch: workgroups of 64 along x and y. The intervals of a
// ray are added in their order, in f32: every run gives the same bits.
{{uniform rays: u32, intervals: u32, padded_rows: u32, edge_stride: u32, scale: f32, background: f32, density_scale: f32, curvature: f32, add: u32}}
{{read density: array<vec4f>}}
{{read colour: array<vec4f>}}
{{read edges: array<f32>}}
{{read pixel: array<vec4f>}}
{{write density_adjoint: array<vec4f>}}
{{write colour_adjoint: array<vec4f>}}
{{if primals}}
{{write ray_loss: array<f32>}}
{{end}}
{{if tangents}}
{{read density_tangent: array<vec4f>}}
{{read colour_tangent: array<vec4f>}}
{{end}}
{{if sampled}}
{{read signs: array<vec4f>}}
{{end}}
{{include invocation_index}}

{{if tangents}}{{include dual_number}}{{else}}{{include real_number}}{{end}}
{{include volume_medium}}

fn density_at(row: u32) -> Number {
  var along = 0.0;
{{if tangents}}
  along = density_tangent[row * 4u].x;
{{end}}
  return number(density[row * 4u].x, along);
}
fn colour_at(row: u32) -> array<Number, 3> {
  let k = colour[row * 4u];
  var along = vec4f();
{{if tangents}}
  along = colour_tangent[row * 4u];
{{end}}
  return array<Number, 3>(number(k.x, along.x), number(k.y, along.y), number(k.z, along.z));
}
fn distance_at(ray: u32, i: u32) -> f32 {
  let edge = ray * u.edge_stride + i;
  return u.density_scale * (edges[edge + 1u] - edges[edge]);
}

// The adjoint that the network receives. It is set to 0 if it is below 2⁻⁶⁴ of one pixel's weight in the loss, which happens behind
// opaque intervals and in empty space. Such a number would be lost in the sum over the rays anyway, but it would make the network's
// backward pass compute with denormal numbers, which are several times slower on many CPUs.
fn sent(x: Number) -> f32 {
  let sum = wanted(x);
  return select(sum, 0.0, abs(sum) <= 5.421e-20 * u.scale);
}

// A number of the reverse pass. Its tangent is dropped if only the Gauss-Newton product is computed.
fn back(x: Number) -> Number { return number(primal(x), u.curvature * tangent(x)); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let ray = invocation_index(id, groups, 64u);
  if (ray >= u.rays) {
    let row = u.rays * u.intervals + ray - u.rays;
    if (row < u.padded_rows) {
      density_adjoint[row * 4u] = vec4f();
      colour_adjoint[row * 4u] = vec4f();
    }
    return;
  }
  let first = ray * u.intervals;
  var before = constant(0.0);
  var seen = constant(0.0);
  var mixed = array<Number, 3>(constant(0.0), constant(0.0), constant(0.0));
  for (var i = 0u; i < u.intervals; i++) {
    let row = first + i;
    let k = colour_at(row);
    let depth = distance_at(ray, i) * softplus(density_at(row));
    let weight = product(transmittance(before), opacity(depth));
    seen += weight;
    for (var c = 0u; c < 3u; c++) { mixed[c] += product(weight, logistic(k[c])); }
    density_adjoint[row * 4u] = vec4f(0.0, primal(before), tangent(before), 0.0);
    before += depth;
  }
  let goal = pixel[ray * 4u];
  var loss = 0.0;
  // The adjoint of the pixel's colour, C̄.
  var pull = array<Number, 3>(constant(0.0), constant(0.0), constant(0.0));
  for (var c = 0u; c < 3u; c++) {
    let error = mixed[c] + u.background * (constant(1.0) - seen) - constant(goal[c]);
    loss += primal(error) * primal(error);
    pull[c] = 2.0 * u.scale * error;
{{if sampled}}
    pull[c] = constant(sqrt(2.0 * u.scale) * signs[ray * 4u][c]);
{{end}}
  }
{{if primals}}
  var total = u.scale * loss;
  if (u.add == 1u) { total += ray_loss[ray]; }
  ray_loss[ray] = total;
{{end}}
  // B, computed from the last interval to the first.
  var behind = constant(0.0);
  for (var left = u.intervals; left > 0u; left--) {
    let row = first + left - 1u;
    let d = back(density_at(row));
    let k = colour_at(row);
    let distance = distance_at(ray, left - 1u);
    let depth = distance * softplus(d);
    let stored = density_adjoint[row * 4u];
    let in_front = back(number(stored.y, stored.z));
    let alpha = opacity(depth);
    let weight = product(transmittance(in_front), alpha);
    var weight_adjoint = constant(0.0);
    var k_adjoint = vec4f();
    for (var c = 0u; c < 3u; c++) {
      let logit = back(k[c]);
      weight_adjoint += product(pull[c], logistic(logit) - constant(u.background));
      k_adjoint[c] = sent(product(product(weight, pull[c]), logistic_slope(logit)));
    }
    colour_adjoint[row * 4u] = k_adjoint;
    let depth_adjoint = product(transmittance(in_front + depth), weight_adjoint - behind);
    density_adjoint[row * 4u] = vec4f(sent(product(depth_adjoint, distance * logistic(d))), 0.0, 0.0, 0.0);
    behind = product(alpha, weight_adjoint) + product(transmittance(depth), behind);
  }
}
