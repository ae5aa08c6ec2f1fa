import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  type Activation,
  createField,
  type Encoding,
  gabor,
  gaussian,
  mlp,
  positionalEncoding,
  radianceField,
  relu,
  sigmoid,
  sinc,
  sine,
  softplus,
} from "../../mod.ts";
import { fieldGradient, laplacian } from "../../lib/field/mod.ts";
import { fileDevice } from "../support/device.ts";
import { exactField } from "../support/exact_field.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

/** Activations with constants for which a small field is far from linear, and the encodings in front of them. */
const cases: readonly (readonly [Activation, Encoding?])[] = [
  [sine({ omega: 3 })],
  [gaussian({ sigma: 0.6 })],
  [gabor({ omega: 2, scale: 0.7 })],
  [sinc({ omega: 4 })],
  [softplus()],
  [sigmoid()],
  [relu(), positionalEncoding({ octaves: 3 })],
  [gaussian({ sigma: 0.8 }), positionalEncoding({ octaves: 2 })],
];

for (const [activation, encoding] of cases) {
  const name = `${activation.name}${encoding === undefined ? "" : ` behind ${encoding.name} encoding`}`;
  Deno.test(`${name}: gradient and Laplacian by inputs are those of closed forms in 64 bits`, async () => {
    const description = mlp({ inputs: 2, hidden: [7, 18], outputs: 3, activation, encoding });
    using field = createField(gpu, description, { seed: 3 });
    const parameters = await field.parameters.read();
    const points = wave(2 * 5, 1.7);
    const [gradient, laplacians] = [await fieldGradient(field, points), await laplacian(field, points)];
    assertEquals([gradient.length, laplacians.length], [5 * 3 * 2, 5 * 3]);
    const exact = Array.from({ length: 5 }, (_, r) => at([points[2 * r], points[2 * r + 1]])).flat();
    closeTo(gradient, exact.flatMap((jet) => jet.gradient));
    closeTo(laplacians, exact.map((jet) => jet.laplacian));
    // The closed forms themselves agree with central differences of values and of gradients.
    const [x, y, h] = [points[2], points[3], 1e-5];
    const [right, left, up, down] = [at([x + h, y]), at([x - h, y]), at([x, y + h]), at([x, y - h])];
    for (const [c, { gradient: [byX, byY], laplacian }] of at([x, y]).entries()) {
      differ(byX, (right[c].value - left[c].value) / (2 * h));
      differ(byY, (up[c].value - down[c].value) / (2 * h));
      const both = right[c].gradient[0] - left[c].gradient[0] + up[c].gradient[1] - down[c].gradient[1];
      differ(laplacian, both / (2 * h));
    }

    function at(point: readonly number[]) {
      return exactField(description, parameters, { input: point });
    }
  });
}

/** Differences with a step of 1e-5 in 64 bits are right to about 1e-8 where derivatives of a higher order are of the order 100. */
function differ(found: number, difference: number): void {
  assertLess(Math.abs(found - difference), 1e-7 * (1 + Math.abs(difference)));
}

/** Sums of some 20 terms in 32 bits, over three layers: 2e-5 of the largest entry. */
function closeTo(found: Float32Array, exact: readonly number[]): void {
  const largest = exact.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  assertEquals(found.length, exact.length);
  found.forEach((each, i) => assertLess(Math.abs(each - exact[i]), 2e-5 * largest + 1e-12, `entry ${i}`));
}

Deno.test("a field of several inputs and outputs is differentiated by the one that is chosen", async () => {
  const description = radianceField({ activation: sine({ omega: 2 }), width: 8, depth: 2, colourWidth: 4 });
  using field = createField(gpu, description, { seed: 5 });
  const parameters = await field.parameters.read();
  const inputs = { position: wave(3 * 2, 0.9), direction: wave(3 * 2, 2.3) };
  for (const input of ["position", "direction"]) {
    for (const output of ["density", "colour"]) {
      const found = await fieldGradient(field, inputs, { input, output });
      const rows = [0, 1].flatMap((r) => {
        const point = Object.fromEntries(
          Object.entries(inputs).map(([name, all]) => [name, [...all.subarray(3 * r, 3 * r + 3)]]),
        );
        return exactField(description, parameters, point, { input, output });
      });
      closeTo(found, rows.flatMap((jet) => jet.gradient));
    }
  }
  const choose = "fieldGradient: the field has the outputs density, colour; choose one with the option `output`.";
  await assertRejects(() => fieldGradient(field, inputs), Error, choose);
  const none = "laplacian: the field has no input place, only position, direction.";
  await assertRejects(() => laplacian(field, inputs, { output: "density", input: "place" }), Error, none);
});

Deno.test("derivatives by inputs do not depend on chunks, come with the same bits twice, and leave no buffer", async () => {
  const description = mlp({ inputs: 3, hidden: [8], outputs: 1, activation: sine({ omega: 2 }) });
  using field = createField(gpu, description, { seed: 1 });
  const before = gpu.liveBuffers;
  const points = wave(3 * 50, 0.4);
  const whole = await sameBits(() => fieldGradient(field, points));
  assertEquals(whole.length, 50 * 3);
  const parts = await fieldGradient(field, points, { memory: 40_000 });
  assert(whole.every((each, i) => Math.abs(each - parts[i]) < 1e-6));
  assertEquals((await laplacian(field, new Float32Array())).length, 0);
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("an encoding that has no derivatives is named", async () => {
  const { recordDerivatives: _, ...encoding } = positionalEncoding({ octaves: 2 });
  const description = mlp({ inputs: 1, hidden: [4], outputs: 1, activation: sine(), encoding });
  using field = createField(gpu, description);
  await assertRejects(
    () => fieldGradient(field, new Float32Array(2)),
    Error,
    "derivatives by the input input: expected an encoding with the method recordDerivatives, found positional without it.",
  );
});
