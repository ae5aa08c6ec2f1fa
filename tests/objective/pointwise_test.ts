import { assert, assertEquals } from "@std/assert";
import { linearGroups } from "../../lib/gpu/groups.ts";
import absoluteText from "../../wgsl/objective/mean_absolute_error.wgsl" with { type: "text" };
import crossEntropyText from "../../wgsl/objective/binary_cross_entropy.wgsl" with { type: "text" };
import huberText from "../../wgsl/objective/huber.wgsl" with { type: "text" };
import kernelText from "../../wgsl/objective/pointwise.wgsl" with { type: "text" };
import squareText from "../../wgsl/objective/mean_squared_error.wgsl" with { type: "text" };
import { decayingExp } from "../support/decaying_exp.ts";
import { fileDevice, readFloats } from "../support/device.ts";
import { upload, wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();
// Rounding a few times, exp specified to 3 + 2|x| units in the last place, log near 1 to 2⁻²¹.
const EPSILON = 2 ** -23;
const LOGARITHM = 2 ** -21;

/** ℓ and its derivatives by y in f64, each with what f32 may be off. */
type Loss = (y: number, t: number) => Record<"loss" | "first" | "second", readonly [exact: number, bound: number]>;

const square: Loss = (y, t) => ({
  loss: [(y - t) ** 2, 4 * EPSILON * (y - t) ** 2],
  first: [2 * (y - t), 4 * EPSILON * Math.abs(y - t)],
  second: [2, 0],
});

const absolute: Loss = (y, t) => ({
  loss: [Math.abs(y - t), EPSILON * Math.abs(y - t)],
  first: [Math.sign(y - t), 0],
  second: [0, 0],
});

/** The δ that Huber's loss is tested with, which f32 has exactly. */
const DELTA = 0.25;

const huber: Loss = (y, t) => {
  const error = Math.abs(y - t);
  const isNear = error <= DELTA;
  return {
    loss: isNear
      ? [error ** 2 / 2, 4 * EPSILON * error ** 2]
      : [DELTA * (error - DELTA / 2), 4 * EPSILON * DELTA * error],
    first: [Math.max(-DELTA, Math.min(DELTA, y - t)), 2 * EPSILON * error],
    second: [Number(isNear), 0],
  };
};

const crossEntropy: Loss = (y, t) => {
  const e = decayingExp(-Math.abs(y));
  const error = (8 + 2 * Math.abs(y)) * EPSILON;
  const sigmoid = (y >= 0 ? 1 : e) / (1 + e);
  const slope = e / (1 + e) ** 2;
  const smallest = 2 ** -126;
  return {
    loss: [
      Math.max(y, 0) - t * y + Math.log1p(e),
      e * error + (e < 1e-3 ? 0 : LOGARITHM) + 4 * EPSILON * Math.abs(y) + smallest,
    ],
    first: [sigmoid - t, sigmoid * error + EPSILON * Math.abs(t) + smallest],
    second: [slope, 2 * slope * error + smallest],
  };
};

/** √(scale x), and how far it may be off where x may be by so much: by √error where x may be 0, else by error/√x. */
function rootOf([x, error]: readonly [number, number], scale: number): [number, number] {
  const root = Math.sqrt(scale * x);
  const bound = scale * (error + 2 * EPSILON * x) + 2 ** -126;
  return [root, Math.min(Math.sqrt(bound), bound / root) + 4 * EPSILON * root];
}

for (
  const { name, text, loss, outputs, targets } of [
    { name: "mean squared error", text: squareText, loss: square, outputs: [0, 1e3, -1e-3], targets: [0, -1e3, 1e-3] },
    {
      name: "mean absolute error",
      text: absoluteText,
      loss: absolute,
      outputs: [0.5, 1e3, -1e-3],
      targets: [0.5, -1e3, 1e-3],
    },
    {
      name: "Huber's loss",
      text: huberText,
      loss: huber,
      // The second one lies at δ, where the loss still is a square.
      outputs: [0.5, 0.5, -0.5, 1e3, -1e3],
      targets: [0.5, 0.25, 0.25, 1, 1],
    },
    {
      name: "binary cross-entropy",
      text: crossEntropyText,
      loss: crossEntropy,
      // Beyond 64 ln 2 = 44.36 nothing is left of e^−|y|.
      outputs: [90, -90, 90, -90, 1e4, -1e4, 0, 0, -44.3, -44.4],
      targets: [0, 1, 1, 0, 0, 0, 0.5, 1, 0, 0],
    },
  ]
) {
  for (const { rows, width } of [{ rows: 1, width: 1 }, { rows: 19, width: 3 }, { rows: 33, width: 18 }]) {
    Deno.test(`${name} of ${rows} × ${width} outputs, its adjoint and that adjoint's tangent agree with f64`, async () => {
      const y = wave(rows * width, 1.3).map((each) => 3 * each);
      const t = wave(rows * width, 0.7).map((each) => 0.5 + 0.5 * each);
      outputs.slice(0, y.length).forEach((each, i) => [y[i], t[i]] = [each, targets[i]]);
      const tangent = wave(rows * width, 2.1);
      const scale = 1 / (rows * width);
      using values = upload(gpu, y, width);
      using goals = upload(gpu, t, width);
      using tangents = upload(gpu, tangent, width);
      const stride = values.size / 4 / Math.ceil(rows / 16) / 16;
      const padded = values.size / 4 / stride;
      using adjoint = gpu.buffer("adjoint", values.size);
      using adjointTangent = gpu.buffer("adjoint tangent", values.size);
      using rowLoss = gpu.buffer("row losses", padded * 4);
      const [earlier] = [wave(padded, 0.9)];
      for (const [wanted, add, sampled] of [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 0, 1]]) {
        const buffers = { y: values, targets: goals, adjoint, row_loss: rowLoss };
        const kernel = gpu.kernel({ name: "pointwise", text: kernelText }, { loss: text, tangents: wanted === 1 });
        const record = () => {
          gpu.write(rowLoss, earlier);
          for (const buffer of [adjoint, adjointTangent]) gpu.write(buffer, new Float32Array(values.size / 4).fill(7));
          gpu.dispatch(
            kernel,
            wanted ? { ...buffers, y_tangent: tangents, adjoint_tangent: adjointTangent } : buffers,
            { rows, padded_rows: padded, width: stride, real: width, scale, p0: DELTA, p1: 0, add, sampled },
            linearGroups(padded, 64),
          );
        };
        const read = (buffer: typeof adjoint, count: number) =>
          sameBits(() => {
            record();
            return readFloats(gpu, buffer, count);
          });
        const losses = await read(rowLoss, padded);
        const first = await read(adjoint, padded * stride);
        const second = await read(adjointTangent, padded * stride);
        for (let n = 0; n < padded; n++) {
          let [exact, bound] = add ? [earlier[n], EPSILON * Math.abs(earlier[n])] : [0, 0];
          for (let c = 0; c < stride; c++) {
            const at = n * stride + c;
            const from = n * width + c;
            const exists = n < rows && c < width;
            const each = loss(y[from], t[from]);
            if (exists) {
              exact += scale * each.loss[0];
              bound += scale * (each.loss[1] + (width + 2) * EPSILON * Math.abs(each.loss[0]));
            }
            const check = (found: number, [exact, bound]: readonly [number, number], factor: number, what: string) => {
              if (!exists) return assertEquals(found, 0, `${what} of what does not exist`);
              const allowed = Math.abs(factor) * (bound + 2 * EPSILON * Math.abs(exact)) + 2 ** -126;
              assert(
                Math.abs(found - factor * exact) <= allowed,
                `${what} at y = ${y[from]}, t = ${t[from]}: ${found}, expected ${factor * exact}`,
              );
            };
            check(first[at], each.first, scale, "adjoint");
            if (sampled) check(second[at], rootOf(each.second, scale), tangent[from], "root");
            else if (wanted) check(second[at], each.second, scale * tangent[from], "adjoint's tangent");
          }
          assert(Math.abs(losses[n] - exact) <= bound, `loss of row ${n}: ${losses[n]}, expected ${exact} ± ${bound}`);
        }
      }
    });
  }
}
