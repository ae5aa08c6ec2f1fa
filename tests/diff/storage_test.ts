import { assert, assertAlmostEquals, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import {
  createDifferentiator,
  createField,
  type FieldDescription,
  gabor,
  gaussian,
  gaussNewtonVectorProduct,
  type Gpu,
  hessianVectorProduct,
  identity,
  lossAndGradient,
  meanSquaredError,
  mlp,
  type Objective,
  openDevice,
  sine,
  weightedSum,
} from "../../mod.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { bytesPerRow } from "../../lib/field/sizes.ts";
import { binaryCrossEntropy, eikonal } from "../../lib/objective/mod.ts";
import { describe, type GoldenField, goldenFields, relativeError } from "../support/golden.ts";
import { wave } from "../support/matrices.ts";
import { storedField } from "../support/stored_field.ts";

const storage = "f16";

/** The relative error of rounding to a half, to the nearest. */
const HALF = 2 ** -11;

/** What f32 arithmetic is off by, as in golden_fields_test.ts. */
const SINGLE = 2e-6;

/** Loss, gradient, Hv and Gv with hidden layers stored as halves. */
async function derivatives(
  gpu: Gpu,
  { description, parameters, objective, batch, v, memory }: {
    readonly description: FieldDescription;
    readonly parameters?: ArrayLike<number>;
    readonly objective: Objective;
    readonly batch: Parameters<typeof lossAndGradient>[2];
    readonly v?: Float32Array;
    readonly memory?: number;
  },
  how: "f32" | "f16" = storage,
) {
  using field = createField(gpu, description, { seed: 1 });
  if (parameters !== undefined) field.parameters.write(parameters);
  const direction = v ?? wave(field.parameterCount, 0.3);
  using differentiator = createDifferentiator(field, objective, { storage: how, memory });
  const { loss, gradient: alone } = await differentiator.lossAndGradient(batch);
  const gradient = await alone.read();
  const hvp = await (await differentiator.hessianVectorProduct(batch, direction)).hvp.read();
  const gnvp = await (await differentiator.gaussNewtonVectorProduct(batch, direction)).gnvp.read();
  return { loss, gradient, hvp, gnvp };
}

function problem(golden: GoldenField) {
  return {
    description: describe(golden),
    parameters: golden.params,
    objective: golden.loss === "mse" ? meanSquaredError() : binaryCrossEntropy(),
    batch: { inputs: Float32Array.from(golden.x), targets: Float32Array.from(golden.y) },
    v: Float32Array.from(golden.v),
  };
}

const KEYS = [["gradient", "grad"], ["hvp", "hvp"], ["gnvp", "gnvp"]] as const;

Deno.test("the golden fields' values are those of storing without rounding", () => {
  for (const golden of goldenFields) {
    const exact = storedField(golden, (number) => number);
    assertAlmostEquals(exact.loss / golden.value, 1, 1e-11, golden.name);
    for (const [key, expected] of KEYS) assertLess(relativeError(exact[key], golden[expected]), 1e-8, golden.name);
  }
});

const all = goldenFields.map(({ name }) => name);

// A buffer of halves is read and written through functions, of which the rest of a kernel knows nothing. That every family computes every
// activation is what golden_fields_test.ts tests. So all activations are tried with halves in one way; in the others a field whose layers have one
// linear map, and one whose layers have two.
const some = ["sine_mse", "gabor_bce"];
const configurations = [
  { kernels: "register", operands: "texture", fields: all },
  { kernels: "register", operands: "buffer", fields: some },
  { kernels: "tile", operands: "buffer", fields: some },
] as const;

// A number that f32 arithmetic puts on the other side of the middle between two halves is rounded the other way. Single and half precision are
// 13 bits apart and a sum is off by a few units of f32, so that happens to less than one number in a thousand; in the root mean square, which
// rounding a thousand numbers and turning one of them by twice as much come to, this is less than a tenth of what rounding does.
const TURNED = 1 / 4;

for (const { kernels, operands, fields } of configurations) {
  Deno.test(`hidden layers are rounded to halves once, and nothing else is (${kernels}, ${operands})`, async () => {
    using gpu = await openDevice({ kernels, operands });
    for (const golden of goldenFields.filter(({ name }) => fields.includes(name))) {
      const found = await derivatives(gpu, problem(golden));
      const rounded = storedField(golden, Math.f16round);
      assertAlmostEquals(found.loss / rounded.loss, 1, HALF / 16, `${golden.name}: loss`);
      for (const [key, exact] of KEYS) {
        const effect = relativeError(rounded[key], golden[exact]);
        assertLess(relativeError(found[key], rounded[key]), SINGLE + TURNED * effect, `${golden.name}: ${key}`);
      }
    }
  });
}

Deno.test("chains of layers, which round less often, are no further from double precision", async () => {
  using gpu = await openDevice({ kernels: "fused", operands: "buffer" });
  for (const golden of goldenFields.filter(({ name }) => ["sine_mse", "gaussian_mse", "gabor_bce"].includes(name))) {
    const found = await derivatives(gpu, problem(golden));
    const rounded = storedField(golden, Math.f16round);
    for (const [key, exact] of KEYS) {
      const effect = relativeError(rounded[key], golden[exact]);
      assertLess(relativeError(found[key], golden[exact]), SINGLE + 1.5 * effect, `${golden.name}: ${key}`);
    }
  }
});

const ROWS = 512;
const wide = {
  // Every kind of product reads and writes layers of one linear map and of two.
  mixed: {
    inputs: { input: 2 },
    layers: [
      { name: "a", from: ["input"], units: 32, activation: gaussian({ sigma: 0.5 }) },
      { name: "b", from: ["a"], units: 40, activation: gabor({ omega: 5, scale: 2 }) },
      { name: "c", from: ["b"], units: 16, activation: gaussian({ sigma: 0.5 }) },
      { name: "d", from: ["c"], units: 3, activation: identity() },
    ],
    outputs: { output: "d" },
  },
  // Straight-line kernels would need three passes for the second layer, and the first of them would store its sums as halves.
  deep: mlp({ inputs: 2, hidden: [528, 16], outputs: 3, activation: sine({ omega: 3 }) }),
} satisfies Record<string, FieldDescription>;
const batch = { inputs: wave(ROWS * 2, 1.7), targets: wave(ROWS * 3, 0.3) };

// Besides `register`, which they are compared with. `tile32` and `tile128` have the text of `tile` with other sizes, and `straight32` that of
// `straight`; where a text reads and writes halves does not depend on sizes, with which families_test.ts tests them.
const families = { mixed: ["wide", "tile", "straight"], deep: ["straight"] } as const;

for (const name of ["mixed", "deep"] as const) {
  Deno.test(`the families' texts agree on fields stored as halves, with the same bits twice (${name})`, async () => {
    const asked = { description: wide[name], objective: meanSquaredError(), batch };
    using register = await openDevice({ kernels: "register", operands: "texture" });
    const single = await derivatives(register, asked, "f32");
    const first = await derivatives(register, asked);
    assertEquals((await derivatives(register, asked)).hvp, first.hvp);
    for (const kernels of families[name]) {
      using gpu = await openDevice({ kernels, operands: "texture" });
      const found = await derivatives(gpu, asked);
      for (const [key] of KEYS) {
        const effect = relativeError(first[key], single[key]);
        assertLess(relativeError(found[key], first[key]), 1e-5 + TURNED * effect, `${kernels}: ${key}`);
      }
      assertEquals((await derivatives(gpu, asked)).hvp, found.hvp);
    }
  });
}

Deno.test("a batch in chunks gives the same as in one, up to rounding to single precision", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "texture" });
  const golden = goldenFields.find(({ name }) => name === "gaussian_bce")!;
  const together = await derivatives(gpu, problem(golden));
  // 16 rows a chunk: 33 rows make three.
  const apart = await derivatives(gpu, { ...problem(golden), memory: 16 * 1500 });
  assertAlmostEquals(apart.loss / together.loss, 1, SINGLE);
  for (const [key] of KEYS) assertLess(relativeError(apart[key], together[key]), SINGLE, key);
});

// A layer that reads several nodes, one whose value two layers and an output read, and two outputs.
const joined: FieldDescription = {
  inputs: { position: 3, view: 2 },
  layers: [
    { name: "a", from: ["position"], units: 7, activation: gaussian({ sigma: 0.7 }), weightBound: 0.6 },
    { name: "b", from: ["a", "position"], units: 8, activation: sine({ omega: 2 }), weightBound: 0.6 },
    { name: "c", from: ["b", "view"], units: 6, activation: gaussian({ sigma: 0.7 }), weightBound: 0.6 },
    { name: "density", from: ["a", "b"], units: 1, activation: identity() },
    { name: "colour", from: ["c"], units: 3, activation: identity() },
  ],
  outputs: { density: "density", colour: "colour", features: "b" },
};
const ofAllOutputs = weightedSum(
  Object.keys(joined.outputs).map((output) => ({ objective: meanSquaredError({ output }), weight: 1 })),
);

Deno.test("inputs, outputs and what is joined stay in single precision, and hidden layers do not", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, joined, { seed: 1 });
  using workspace = new Workspace(field, ofAllOutputs, { samples: 21, products: true, storage });
  const formats = workspace.network.nodes.map(({ name, value, valueTangent, dense }) => {
    const { preactivation, input } = dense ?? {};
    return [name, value.format, preactivation?.format, input?.format, valueTangent?.format ?? "f32"];
  });
  assertEquals(formats, [
    ["position", "f32", undefined, undefined, "f32"],
    ["view", "f32", undefined, undefined, "f32"],
    ["a", "f16", "f16", "f32", "f32"],
    ["b", "f32", "f32", "f32", "f32"],
    ["c", "f16", "f16", "f32", "f32"],
    ["density", "f32", "f32", "f32", "f32"],
    ["colour", "f32", "f32", "f16", "f32"],
  ]);
});

Deno.test("skips, several outputs and derivatives by inputs work with halves, for any batch size", async () => {
  const line = mlp({ inputs: 3, hidden: [20, 12], outputs: 1, activation: sine({ omega: 3 }) });
  using texture = await openDevice({ kernels: "register", operands: "texture" });
  using buffer = await openDevice({ kernels: "register", operands: "buffer" });
  for (const rows of [1, 17, 40]) {
    const places = { position: wave(rows * 3, 1.3), view: wave(rows * 2, 0.7) };
    const targets = { density: wave(rows, 2.1), colour: wave(rows * 3, 0.9), features: wave(rows * 8, 0.4) };
    const problems = [
      [texture, { description: joined, objective: ofAllOutputs, batch: { inputs: places, targets } }],
      [buffer, { description: line, objective: eikonal(), batch: { inputs: places.position, targets: {} } }],
    ] as const;
    for (const [gpu, asked] of problems) {
      const [single, half] = [await derivatives(gpu, asked, "f32"), await derivatives(gpu, asked)];
      // A hidden number is off by at most HALF of itself, of which |ω Z| ≤ 4 and the few layers behind it make up to ten times as much.
      for (const [key] of KEYS) {
        const error = relativeError(half[key], single[key]);
        assertLess(error, 10 * HALF, `${rows} rows: ${key}`);
        assert(error > 0, "something is rounded");
      }
    }
  }
});

Deno.test("halves halve the memory of hidden layers, and more rows fit a chunk", async () => {
  const description = mlp({ inputs: 2, hidden: [256, 256, 256, 256], outputs: 3, activation: gaussian() });
  const [single, half] = (["f32", "f16"] as const).map((each) => bytesPerRow(description, false, each).total);
  // Z and A of four layers.
  assertEquals(single - half, 4 * 2 * 256 * 2);
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, description);
  const rows = (how: "f32" | "f16") => {
    using workspace = new Workspace(field, meanSquaredError(), {
      samples: 2 ** 20,
      products: false,
      memory: 2 ** 24,
      storage: how,
    });
    return workspace.chunkRows;
  };
  assertLess(1.3 * rows("f32"), rows("f16"));
});

Deno.test("how hidden layers are stored is f32 or f16, in every function that takes it", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, wide.mixed);
  const wrong = { storage: "f8" as "f16" };
  const message = (who: string) => `${who}: storage: expected "f32" or "f16", found "f8".`;
  const direction = new Float32Array(field.parameterCount);
  assertThrows(() => createDifferentiator(field, meanSquaredError(), wrong), Error, message("createDifferentiator"));
  const calls = {
    lossAndGradient: () => lossAndGradient(field, meanSquaredError(), batch, wrong),
    hessianVectorProduct: () => hessianVectorProduct(field, meanSquaredError(), batch, direction, wrong),
    gaussNewtonVectorProduct: () => gaussNewtonVectorProduct(field, meanSquaredError(), batch, direction, wrong),
  };
  for (const [who, call] of Object.entries(calls)) await assertRejects(call, Error, message(who));
});
