import { assert, assertEquals, assertLess } from "@std/assert";
import {
  createField,
  type FieldDescription,
  gaussian,
  type Gpu,
  identity,
  lossAndGradient,
  meanSquaredError,
  mlp,
  openDevice,
  positionalEncoding,
  relu,
  sine,
} from "../../mod.ts";
import type { KernelChoice } from "../../lib/linalg/mod.ts";
import { relativeError } from "../support/golden.ts";

/** The gradient of a field on a batch, its outputs, and the kernels that the gradient took; the same bits twice. */
async function gradientOf(kernels: KernelChoice, description: FieldDescription, rows: number) {
  using gpu = await openDevice({ kernels, operands: "texture" });
  using field = createField(gpu, description, { seed: 1 });
  const inputs = Float32Array.from({ length: rows * 2 }, (_, i) => Math.cos(i * 1.7));
  const targets = Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i * 0.3));
  const compute = async () => {
    using gradient = (await lossAndGradient(field, meanSquaredError(), { inputs, targets })).gradient;
    const bits = new Float32Array((await gpu.read(gradient.buffer))[0]);
    const flat = await gradient.read();
    assertEquals(bits, field.layout.pack(flat), "padding is zero");
    return flat;
  };
  const gradient = await compute();
  const dispatched = recordNames(gpu);
  assert((await compute()).every((entry, i) => entry === gradient[i]), "other bits");
  return { gradient, dispatched, outputs: await field.evaluate(inputs) };
}

/** The names of the kernels that are dispatched from now on. */
function recordNames(gpu: Gpu): string[] {
  const names: string[] = [];
  const dispatch = gpu.dispatch.bind(gpu);
  gpu.dispatch = (kernel, ...rest) => {
    names.push(kernel.name);
    dispatch(kernel, ...rest);
  };
  return names;
}

// Two summation orders in f32: each is within a few units of 2⁻²⁴·√n of the true sum (n ≤ 512), through three layers.
const TOLERANCE = 1e-5;

const CHAIN = ["chain_forward", "pointwise", "loss_sum", "chain_adjoint", "chain_weight", "gradient_sum"];
const activation = gaussian({ sigma: 0.5 });
const cases: { name: string; description: FieldDescription; rows: number; kernels: readonly string[] }[] = [
  { name: "a batch of 1", rows: 1, description: narrow(), kernels: CHAIN },
  { name: "a batch of 17", rows: 17, description: narrow(), kernels: CHAIN },
  {
    name: "a width that is padded, four layers and a batch of 512",
    rows: 512,
    description: mlp({ inputs: 2, hidden: [100, 100, 128], outputs: 3, activation: sine({ omega: 3 }) }),
    kernels: CHAIN,
  },
  {
    name: "a tile of 64 rows in two blocks, and squares of 64",
    rows: 8200,
    description: mlp({ inputs: 2, hidden: [96], outputs: 3, activation }),
    kernels: CHAIN,
  },
  {
    name: "an encoding",
    rows: 40,
    description: mlp({
      inputs: 2,
      hidden: [16],
      outputs: 3,
      activation: relu(),
      encoding: positionalEncoding({ octaves: 2 }),
    }),
    kernels: ["positional_encoding", ...CHAIN],
  },
  {
    // The middle layer is read twice, so a chain ends there; the layer that joins two begins another.
    name: "a skip connection",
    rows: 40,
    description: {
      inputs: { input: 2 },
      layers: [
        { name: "a", from: ["input"], units: 16, activation },
        { name: "b", from: ["a"], units: 20, activation },
        { name: "c", from: ["b"], units: 16, activation },
        { name: "d", from: ["b", "c"], units: 16, activation },
        { name: "e", from: ["d"], units: 3, activation: identity() },
      ],
      outputs: { output: "e" },
    },
    kernels: [],
  },
];

function narrow(): FieldDescription {
  return mlp({ inputs: 2, hidden: [16], outputs: 3, activation });
}

Deno.test("chains of layers give the outputs and the gradient that single layers give, with the same bits each time", async () => {
  for (const { name, description, rows, kernels } of cases) {
    const [expected, found] = [
      await gradientOf("register", description, rows),
      await gradientOf("fused", description, rows),
    ];
    assertLess(relativeError(found.outputs, expected.outputs), TOLERANCE, `${name}: outputs`);
    assertLess(relativeError(found.gradient, expected.gradient), TOLERANCE, `${name}: gradient`);
    if (kernels.length > 0) assertEquals(found.dispatched.slice(0, kernels.length), kernels, name);
    assert(found.dispatched.includes("chain_adjoint"), name);
  }
});

Deno.test("layers that are too wide for a workgroup are computed one by one", async () => {
  const wide = mlp({ inputs: 2, hidden: [300], outputs: 3, activation: relu() });
  const { dispatched } = await gradientOf("fused", wide, 16);
  assertEquals(dispatched.filter((name) => name.startsWith("chain")), []);
});
