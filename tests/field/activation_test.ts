import { assert, assertEquals } from "@std/assert";
import { type Activation, activations, gabor, gaussian, relu, sigmoid, sinc, sine, softplus } from "../../mod.ts";
import { linearGroups } from "../../lib/gpu/groups.ts";
import adjointText from "../../wgsl/diff/activation_adjoint.wgsl" with { type: "text" };
import adjointTangentText from "../../wgsl/diff/activation_adjoint_tangent.wgsl" with { type: "text" };
import forwardText from "../../wgsl/field/activation_forward.wgsl" with { type: "text" };
import tangentText from "../../wgsl/field/activation_tangent.wgsl" with { type: "text" };
import { decayingExp } from "../support/decaying_exp.ts";
import { fileDevice, readFloats } from "../support/device.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

/** A number in f64 and how far f32 arithmetic may end from it. */
interface Estimate {
  readonly exact: number;
  readonly bound: number;
}

interface Derivatives {
  readonly value: Estimate;
  /** By each map. */
  readonly first: readonly Estimate[];
  readonly second: readonly (readonly Estimate[])[];
}

interface Case {
  readonly activation: Activation;
  /** Preactivations of one point, one a map. */
  readonly points: readonly (readonly number[])[];
  reference(...z: number[]): Derivatives;
}

// Hyper-parameters are powers of two, so that ωz is exact and only the function's own error is left. What f32 allows:
// a rounding is EPSILON/2; exp(x) is specified to 3 + 2|x| units in the last place; a quotient to 2.5; log near 1 to 2⁻²¹.
// sine and cosine of wgsl/gpu/snippet/sine.wgsl: 1.2e−7 for the polynomial in f32, 1.7e−7 for the reduction up to |x| = 3000 (half of it for the
// second part of π and its product, the rest for the last difference).
const EPSILON = 2 ** -23;
const TRIGONOMETRY = 2.9e-7;
const LOGARITHM = 2 ** -21;
// Smaller numbers may be flushed to zero.
const SMALLEST = 2 ** -126;
const exponential = (x: number) => (3 + 2 * Math.abs(x)) * EPSILON;

/** factor · x, x known up to `error` and to underflow, factor to `roundings`. */
function scaled(factor: number, x: number, error: number, roundings = 4): Estimate {
  return { exact: factor * x, bound: Math.abs(factor) * (error + SMALLEST + roundings * EPSILON * Math.abs(x)) };
}

function oneMap(value: Estimate, first: Estimate, second: Estimate): Derivatives {
  return { value, first: [first], second: [[second]] };
}

const along = (...z: number[]) => z.map((each) => [each]);
/** From −limit to limit, in no regular steps, with both ends and 0. */
const spread = (limit: number) => [...along(-limit, 0, limit), ...along(...wave(60, 1.3).map((x) => limit * x))];

function logistic(z: number) {
  const e = Math.exp(-Math.abs(z));
  const value = (z >= 0 ? 1 : e) / (1 + e);
  const slope = e / (1 + e) ** 2;
  const error = exponential(z) + 4 * EPSILON;
  return {
    value: scaled(1, value, value * error),
    slope: scaled(1, slope, slope * 2 * error),
    curvature: { exact: slope * (1 - 2 * value), bound: slope * 5 * error + SMALLEST },
  };
}

const cases: Case[] = [
  {
    activation: sine({ omega: 32 }),
    points: [...spread(3000 / 32), ...spread(0.1)],
    reference: (z) =>
      oneMap(
        scaled(1, Math.sin(32 * z), TRIGONOMETRY),
        scaled(32, Math.cos(32 * z), TRIGONOMETRY),
        scaled(-1024, Math.sin(32 * z), TRIGONOMETRY),
      ),
  },
  {
    activation: gaussian({ sigma: 0.25 }),
    // Beyond 64 ln 2 in the exponent, at |z| = 2.355, all is 0; far out z² overflows.
    points: [...spread(1), ...spread(4), ...along(2.354, -2.354, 2.356, -2.356, 1e18, -1e25)],
    reference(z) {
      const square = 16 * z * z;
      const bump = decayingExp(-square / 2);
      const error = bump * exponential(square / 2);
      return oneMap(
        scaled(1, bump, error),
        scaled(-16 * z, bump, error),
        { exact: 16 * (square - 1) * bump, bound: scaled(16 * (square + 1), bump, error).bound },
      );
    },
  },
  {
    activation: sinc({ omega: 32 }),
    // Around 0, and on both sides of |ωz| = ½, where a series gives way to quotients.
    points: [
      ...along(0, 1e-30, -1e-12, 1e-4, -1e-3, 1 / 64, -1 / 64),
      ...along(0.9999 / 64, -0.9999 / 64, 1.0001 / 64, -1.0001 / 64, 0.8 / 64, 1.2 / 64, -2 / 64),
      ...spread(0.1),
      ...spread(90),
    ],
    reference(z) {
      const u = 32 * z;
      if (Math.abs(u) < 0.5) {
        // Taylor's series to an order at which f64 is exhausted; f32 evaluates it by Horner's rule, all terms shrinking.
        let [value, first, second] = [0, 0, 0];
        for (let k = 0, c = 1; k < 12; c *= -1 / ((2 * k + 2) * (2 * k + 3)), k++) {
          value += c * u ** (2 * k);
          if (k > 0) first += 2 * k * c * u ** (2 * k - 1);
          if (k > 0) second += 2 * k * (2 * k - 1) * c * u ** (2 * k - 2);
        }
        return oneMap(scaled(1, value, 0), scaled(32, first, 0), scaled(1024, second, 0));
      }
      const value = Math.sin(u) / u;
      const valueError = TRIGONOMETRY / Math.abs(u) + 3 * EPSILON;
      const difference = Math.cos(u) - value;
      const differenceError = TRIGONOMETRY + valueError + EPSILON;
      return oneMap(
        scaled(1, value, valueError),
        scaled(32 / u, difference, differenceError),
        {
          exact: -1024 * (value + 2 * difference / u ** 2),
          bound: 1024 * (valueError + (2 * differenceError + 8 * EPSILON) / u ** 2 + 2 * EPSILON),
        },
      );
    },
  },
  {
    activation: relu(),
    points: [...along(0, -0, 1e-30, -1e-30), ...spread(1e30)],
    reference(z) {
      const exactly = (exact: number) => ({ exact, bound: 0 });
      return oneMap(exactly(Math.max(z, 0)), exactly(z > 0 ? 1 : 0), exactly(0));
    },
  },
  {
    activation: sigmoid(),
    points: [...spread(3), ...spread(90), ...along(1e4, -1e4, 1e30, -1e30)],
    reference(z) {
      const { value, slope, curvature } = logistic(z);
      return oneMap(value, slope, curvature);
    },
  },
  {
    activation: softplus(),
    points: [...spread(3), ...spread(90), ...along(1e4, -1e4, 1e30, -1e30)],
    reference(z) {
      const { value, slope } = logistic(z);
      const e = Math.exp(-Math.abs(z));
      // Small e are summed by a series, larger ones by the logarithm of 1 + e.
      const error = e * (exponential(z) + 4 * EPSILON) + (e < 1e-3 ? 0 : LOGARITHM + EPSILON);
      const bend = Math.log1p(e);
      return oneMap(
        { exact: Math.max(z, 0) + bend, bound: error + SMALLEST + EPSILON * Math.max(z, 0) },
        value,
        slope,
      );
    },
  },
  {
    activation: gabor({ omega: 8, scale: 4 }),
    points: Array.from(wave(60, 1.3), (x, i) => [3 * x, 0.6 * Math.cos(7 * i)]).concat([
      [0, 0],
      [1, 0],
      [0, 5],
      [
        -90,
        9,
      ],
      [1, 1.665],
      [1, -1.666],
      [2, 1e20],
    ]),
    reference(z0, z1) {
      const [cos, sin, e] = [Math.cos(8 * z0), Math.sin(8 * z0), decayingExp(-((4 * z1) ** 2))];
      const error = e * (TRIGONOMETRY + exponential((4 * z1) ** 2));
      const decay = -32 * z1;
      const first = [scaled(-8, sin * e, error), scaled(decay, cos * e, error)];
      const mixed = scaled(-8 * decay, sin * e, error);
      const last = { exact: (decay ** 2 - 32) * cos * e, bound: scaled(decay ** 2 + 32, e, error).bound };
      return { value: scaled(1, cos * e, error), first, second: [[scaled(-64, cos * e, error), mixed], [mixed, last]] };
    },
  },
];

/** Columns that exist, of 16. */
const REAL = 13;

/** From points to [rows, maps, 16], 13 columns of which exist; the others are 1, to see that they are passed over. */
function pack(entries: readonly Float32Array[]): Float32Array {
  const rows = Math.ceil(entries[0].length / REAL);
  const packed = new Float32Array(rows * entries.length * 16).fill(1);
  entries.forEach((map, m) =>
    map.forEach((entry, i) => packed[(Math.floor(i / REAL) * entries.length + m) * 16 + i % REAL] = entry)
  );
  return packed;
}

function unpack(packed: Float32Array, maps: number, count: number): Float32Array[] {
  return Array.from(
    { length: maps },
    (_, m) => Float32Array.from({ length: count }, (_, i) => packed[(Math.floor(i / REAL) * maps + m) * 16 + i % REAL]),
  );
}

/** Runs one of the kernels on packed inputs and returns its packed output, twice the same bits. */
async function run(
  activation: Activation,
  text: string,
  inputs: Record<string, Float32Array>,
  output: string,
  outputMaps: number,
): Promise<Float32Array> {
  const maps = activation.maps.length;
  const rows = inputs.z.length / 16 / maps;
  const [p0, p1] = activation.constants;
  const kernel = gpu.kernel({ name: `activation ${output}`, text }, { activation: activation.text!, maps });
  const uniforms = { rows, width: 16, ...(text === forwardText ? { real: REAL } : {}), p0, p1 };
  const buffers = Object.fromEntries([
    ...Object.entries(inputs).map(([name, numbers]) => {
      const buffer = gpu.buffer(name, numbers.byteLength);
      gpu.write(buffer, numbers);
      return [name, buffer] as const;
    }),
    [output, gpu.buffer(output, rows * outputMaps * 64)] as const,
  ]);
  const result = await sameBits(async () => {
    gpu.clear(buffers[output]);
    gpu.dispatch(kernel, buffers, uniforms, linearGroups(rows * 4, 64));
    return await readFloats(gpu, buffers[output], rows * outputMaps * 16);
  });
  for (const buffer of Object.values(buffers)) buffer[Symbol.dispose]();
  return result;
}

/** Asserts that each entry is Σ coefficient · estimate. */
function assertEstimates(
  actual: Float32Array,
  terms: (point: number) => (readonly [number, Estimate])[],
  points: Case["points"],
  what: string,
): void {
  actual.forEach((found, i) => {
    const all = terms(i);
    const exact = all.reduce((sum, [c, { exact }]) => sum + c * exact, 0);
    // BatchedProducts with coefficients, and their sums, are rounded as well.
    const rounding = all.every(([c]) => c === 1)
      ? 0
      : all.reduce((sum, [c, { exact }]) => sum + 4 * EPSILON * Math.abs(c * exact), SMALLEST);
    const bound = all.reduce((sum, [c, { bound }]) => sum + Math.abs(c) * bound, rounding);
    assert(Math.abs(found - exact) <= bound, `${what} at z = ${points[i]}: ${found}, expected ${exact} ± ${bound}`);
  });
}

for (const { activation, points, reference } of cases) {
  const { name, maps } = activation;
  const count = points.length;
  const z = maps.map((_, m) => Float32Array.from(points, (point) => point[m]));
  const expected = points.map((_, i) => reference(...z.map((map) => map[i])));

  const unit = (k: number) => maps.map((_, m) => new Float32Array(count).fill(m === k ? 1 : 0));
  const constant = (x: number) => [new Float32Array(count).fill(x)];

  Deno.test(`${name}: value, first and second derivatives agree with f64`, async () => {
    const a = await run(activation, forwardText, { z: pack(z) }, "a", 1);
    assertEstimates(unpack(a, 1, count)[0], (i) => [[1, expected[i].value]], points, "a");
    const beyond = a.filter((_, i) => i % 16 >= REAL);
    assertEquals(beyond, new Float32Array(beyond.length), "columns that do not exist are zero");

    const primal = { z: pack(z), a_adjoint: pack(constant(1)) };
    const zAdjoint = await run(activation, adjointText, primal, "z_adjoint", maps.length);
    unpack(zAdjoint, maps.length, count).forEach((first, m) =>
      assertEstimates(first, (i) => [[1, expected[i].first[m]]], points, `a_${m}`)
    );
    for (const k of maps.keys()) {
      const tangents = { ...primal, z_tangent: pack(unit(k)), a_adjoint_tangent: pack(constant(0)) };
      const result = await run(activation, adjointTangentText, tangents, "z_adjoint_tangent", maps.length);
      unpack(result, maps.length, count).forEach((second, m) =>
        assertEstimates(second, (i) => [[1, expected[i].second[m][k]]], points, `a_${m}${k}`)
      );
    }
  });

  Deno.test(`${name}: adjoints and tangents are the sums of docs/math.md, section 3`, async () => {
    const zTangent = maps.map((_, m) => wave(count, 0.7 + m));
    const [adjoint, adjointTangent] = [wave(count, 0.3), wave(count, 2.3)];
    const forward = { z: pack(z), z_tangent: pack(zTangent) };
    const aTangent = await run(activation, tangentText, forward, "a_tangent", 1);
    assertEstimates(
      unpack(aTangent, 1, count)[0],
      (i) => maps.map((_, m) => [zTangent[m][i], expected[i].first[m]] as const),
      points,
      "tangent of a",
    );
    const backward = { ...forward, a_adjoint: pack([adjoint]), a_adjoint_tangent: pack([adjointTangent]) };
    const primal = { z: backward.z, a_adjoint: backward.a_adjoint };
    const zAdjoint = await run(activation, adjointText, primal, "z_adjoint", maps.length);
    unpack(zAdjoint, maps.length, count).forEach((found, m) =>
      assertEstimates(found, (i) => [[adjoint[i], expected[i].first[m]]], points, `Z̄_${m}`)
    );
    const zAdjointTangent = await run(activation, adjointTangentText, backward, "z_adjoint_tangent", maps.length);
    unpack(zAdjointTangent, maps.length, count).forEach((found, m) =>
      assertEstimates(
        found,
        (i) => [
          [adjointTangent[i], expected[i].first[m]],
          ...maps.map((_, k) => [adjoint[i] * zTangent[k][i], expected[i].second[m][k]] as const),
        ],
        points,
        `R(Z̄_${m})`,
      )
    );
  });
}

Deno.test("a preactivation that is not a number gives nothing finite", async () => {
  for (const activation of [gaussian(), gabor(), sine(), sinc()]) {
    const z = activation.maps.map(() => Float32Array.of(NaN));
    const a = await run(activation, forwardText, { z: pack(z) }, "a", 1);
    // Drivers may take exp of NaN for anything that is not finite.
    assert(!Number.isFinite(a[0]), activation.name);
  }
});

Deno.test("sines of huge arguments stay within ±1", async () => {
  // Single precision does not tell their place in a turn from about 1e7 on.
  const z = Float32Array.from({ length: 640 }, (_, i) => (-1) ** i * 10 ** (3 + i / 18.3));
  assert(Math.abs(z[639]) > 1e37 && Number.isFinite(z[639]));
  for (const activation of [sine({ omega: 1 }), sinc({ omega: 1 }), gabor({ omega: 1 })]) {
    const preactivations = activation.maps.map((_, i) => i === 0 ? z : new Float32Array(z.length));
    const a = await run(activation, forwardText, { z: pack(preactivations) }, "a", z.length);
    assertEquals(a.findIndex((each) => !(Math.abs(each) <= 1 + EPSILON)), -1, activation.name);
  }
});

Deno.test("every registered activation but the identity, which has no kernel, is among these or has a test of its own", async () => {
  const tested = new Set(["identity", ...cases.map(({ activation }) => activation.name)]);
  for await (const { name } of Deno.readDir(new URL("./", import.meta.url))) tested.add(name.replace("_test.ts", ""));
  assertEquals(Object.keys(activations).filter((name) => !tested.has(name)), []);
});
