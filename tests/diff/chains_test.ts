import { assert, assertEquals, assertLess } from "@std/assert";
import {
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
  openDevice,
  positionalEncoding,
  relu,
  sine,
  softplus,
  type Vector,
} from "../../mod.ts";
import type { KernelChoice } from "../../lib/linalg/mod.ts";
import { relativeError } from "../support/golden.ts";

/** The device of `derivativesOf`. */
interface Setup {
  readonly kernels: KernelChoice;
  readonly operands: "buffer" | "texture";
  /** Buffers that a kernel can bind; by default as many as the adapter allows. */
  readonly bindings?: number;
}

/** As `derivativesOn` by default, on a device of its own. */
async function derivativesOf({ kernels, operands, bindings }: Setup, description: FieldDescription, rows: number) {
  using gpu = await openDevice({ kernels, operands });
  if (bindings !== undefined) restrict(gpu, bindings);
  return await derivativesOn(gpu, description, rows);
}

/** Outputs, gradient and products of a field on a batch, and the kernels that they took; if it is asked for, the same bits twice. */
async function derivativesOn(gpu: Gpu, description: FieldDescription, rows: number, twice = false) {
  using field = createField(gpu, description, { seed: 1 });
  const inputs = Float32Array.from({ length: rows * 2 }, (_, i) => Math.cos(i * 1.7));
  const targets = Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i * 0.3));
  const direction = Float32Array.from({ length: field.parameterCount }, (_, i) => Math.sin(i));
  const problem = [field, meanSquaredError(), { inputs, targets }] as const;
  const read = async (vector: Vector) => {
    using owned = vector;
    const bits = new Float32Array((await gpu.read(owned.buffer))[0]);
    const flat = await owned.read();
    assertEquals(bits, field.layout.pack(flat), "padding is zero");
    return flat;
  };
  const compute = async () => {
    const names = { gradient: recordNames(gpu), hvp: [] as string[] };
    const { gradient } = await lossAndGradient(...problem);
    names.hvp = recordNames(gpu);
    const { gradient: beside, hvp } = await hessianVectorProduct(...problem, direction);
    recordNames(gpu);
    const { gradient: besideToo, gnvp } = await gaussNewtonVectorProduct(...problem, direction);
    const vectors = [];
    for (const vector of [gradient, hvp, gnvp, beside, besideToo]) vectors.push(await read(vector));
    return { vectors, names };
  };
  const { vectors, names } = await compute();
  if (twice) {
    const again = await compute();
    again.vectors.forEach((vector, i) => assert(vector.every((entry, j) => entry === vectors[i][j]), "other bits"));
    assertEquals(again.names, names);
  }
  const [gradient, hvp, gnvp] = vectors;
  return { names, results: { gradient, hvp, gnvp, outputs: await field.evaluate(inputs) } };
}

const dispatches = new WeakMap<Gpu, Gpu["dispatch"]>();

/** The names of the kernels that are dispatched from now on, until the next call. */
function recordNames(gpu: Gpu): string[] {
  const names: string[] = [];
  const dispatch = dispatches.get(gpu) ?? gpu.dispatch.bind(gpu);
  dispatches.set(gpu, dispatch);
  gpu.dispatch = (kernel, ...rest) => {
    names.push(kernel.name);
    dispatch(kernel, ...rest);
  };
  return names;
}

/** Makes a device look like one whose kernels bind at most so many buffers. */
function restrict(gpu: Gpu, maxStorageBuffersPerShaderStage: number): void {
  const { maxComputeWorkgroupStorageSize, maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const limits = {
    maxStorageBuffersPerShaderStage,
    maxComputeWorkgroupStorageSize,
    maxBufferSize,
    maxStorageBufferBindingSize,
  };
  Object.defineProperty(gpu.device, "limits", { value: limits });
}

// Two summation orders in f32: each is within a few units of 2⁻²⁴·√n of the true sum (n ≤ 512), through three layers.
const TOLERANCE = 1e-5;

const CHAIN = ["chain_forward", "pointwise", "chain_adjoint", "chain_weight", "gradient_sum"];
const PRODUCT = ["chain_forward_tangent", "pointwise", "chain_adjoint_tangent", "chain_weight", "gradient_sum"];
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
    name: "a skip connection, whose second chain reads tangents",
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
  {
    // Layers of two linear maps are no chain, those behind them are.
    name: "layers of two linear maps in front of others",
    rows: 40,
    description: {
      inputs: { input: 2 },
      layers: [
        { name: "a", from: ["input"], units: 16, activation: gabor({ omega: 3, scale: 2 }) },
        { name: "b", from: ["a"], units: 20, activation: softplus() },
        { name: "c", from: ["b"], units: 16, activation: softplus() },
        { name: "d", from: ["c"], units: 3, activation: softplus() },
      ],
      outputs: { output: "d" },
    },
    kernels: [],
  },
];

function narrow(): FieldDescription {
  return mlp({ inputs: 2, hidden: [16], outputs: 3, activation });
}

Deno.test("chains of layers give the outputs, gradients and products that single layers give, with the same bits each time", async () => {
  using single = await openDevice({ kernels: "register", operands: "buffer" });
  using fused = await openDevice({ kernels: "fused", operands: "texture" });
  for (const { name, description, rows, kernels } of cases) {
    const { results: expected } = await derivativesOn(single, description, rows);
    const { results: found, names } = await derivativesOn(fused, description, rows, true);
    for (const what of ["outputs", "gradient", "hvp", "gnvp"] as const) {
      assertLess(relativeError(found[what], expected[what]), TOLERANCE, `${name}: ${what}`);
    }
    if (kernels.length > 0) {
      assertEquals(names.gradient, kernels, name);
      assertEquals(new Set(names.hvp), new Set([...kernels, ...PRODUCT]), name);
    }
    for (const chain of ["chain_adjoint", "chain_adjoint_tangent"]) assert(names.hvp.includes(chain), name);
  }
});

Deno.test("a kernel that cannot bind all matrices of a chain takes its layers in parts, with the same bits", async () => {
  const description = mlp({ inputs: 2, hidden: [16, 32, 20, 16], outputs: 3, activation });
  const derive = (options: Partial<Setup>) => {
    return derivativesOf({ kernels: "fused", operands: "buffer", ...options }, description, 17);
  };
  const count = (names: string[], kernel: string) => names.filter((name) => name === kernel).length;
  const { results: expected, names: whole } = await derive({});
  assertEquals(whole.hvp, [...CHAIN, ...PRODUCT]);
  const { results: mirrored, names: mirrors } = await derive({ operands: "texture" });
  assertEquals(mirrored, expected);
  assertEquals([count(mirrors.hvp, "chain_adjoint_tangent"), count(mirrors.hvp, "chain_weight")], [2, 3]);
  // So few buffers leave chains of three and two layers, of which the kernels for tangents take one at a time.
  const { results: cut, names: parts } = await derive({ bindings: 9 });
  assertEquals(cut, expected);
  assertEquals([count(parts.hvp, "chain_forward_tangent"), count(parts.hvp, "chain_adjoint_tangent")], [5, 3]);
  // WebGPU's default leaves the tangents to kernels for single layers.
  const { results: apart, names: single } = await derive({ bindings: 8 });
  assertLess(relativeError(apart.hvp, expected.hvp), TOLERANCE);
  assertEquals(single.hvp.filter((name) => name.startsWith("chain_") && name.endsWith("tangent")), []);
});

Deno.test("layers that are too wide for a workgroup are computed one by one", async () => {
  const wide = mlp({ inputs: 2, hidden: [300], outputs: 3, activation: relu() });
  const { names } = await derivativesOf({ kernels: "fused", operands: "buffer" }, wide, 16);
  assertEquals([...names.gradient, ...names.hvp].filter((name) => name.startsWith("chain")), []);
});
