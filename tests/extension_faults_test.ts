import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  createVector,
  hessianVectorProduct,
  lossAndGradient,
  meanSquaredError,
  mlp,
  sine,
  train,
} from "../mod.ts";
import {
  type Activation,
  type Encoding,
  linearBound,
  linearGroups,
  type OptimizerCore,
  pointwise,
} from "../lib/extend.ts";
import { fileDevice } from "./support/device.ts";

const gpu = await fileDevice({ allowSoftware: true });
const batch = { inputs: Float32Array.of(0.1, 0.2, 0.3, 0.4), targets: Float32Array.of(1, 2) };

const activation = (text: string): Activation => {
  return { name: "mine", options: {}, maps: [""], text, constants: [0, 0], weightBound: linearBound };
};
const fieldOf = (text: string) =>
  createField(gpu, mlp({ inputs: 2, hidden: [8], outputs: 1, activation: activation(text) }), { seed: 1 });
const square = `fn value(z: Preactivation) -> vec4f { return z[0] * z[0]; }
fn partial_0(z: Preactivation) -> vec4f { return 2.0 * z[0]; }`;

Deno.test("an error in an activation's WGSL names the activation, and later work on the same device runs", async () => {
  using broken = fieldOf("fn value(z: Preactivation) -> vec4f { return oops(z[0]); }");
  const error = await assertRejects(() => broken.evaluate(Float32Array.of(1, 2)), Error);
  assertStringIncludes(error.message, "with the activation mine: ");
  assertStringIncludes(error.message, "oops");
  using right = createField(gpu, mlp({ inputs: 2, hidden: [8], outputs: 1, activation: sine() }), { seed: 1 });
  assertEquals((await right.evaluate(Float32Array.of(1, 2))).length, 1);
  // The kernel that does not compile is refused each time that it is used.
  assertStringIncludes((await assertRejects(() => broken.evaluate(Float32Array.of(1, 2)), Error)).message, "oops");
});

Deno.test("a missing second derivative leaves gradients alone, and is named when a Hessian-vector product needs it", async () => {
  using field = fieldOf(square);
  const { gradient } = await lossAndGradient(field, meanSquaredError(), batch);
  using _ = gradient;
  const direction = new Float32Array(field.parameterCount).fill(1);
  const error = await assertRejects(() => hessianVectorProduct(field, meanSquaredError(), batch, direction), Error);
  assertStringIncludes(error.message, "with the activation mine: ");
  assertStringIncludes(error.message, "partial_0_0");
});

Deno.test("an error in an objective's WGSL names the objective", async () => {
  using field = fieldOf(square);
  const objective = pointwise("mistaken", "fn loss(y: vec4f, t: vec4f) -> vec4f { return nothing; }", {});
  const error = await assertRejects(() => lossAndGradient(field, objective, batch), Error);
  assertStringIncludes(error.message, "with the objective mistaken: ");
});

Deno.test("an optimizer that observes without saying how many, or how, is refused when it is made", () => {
  const make = (members: Partial<OptimizerCore>) =>
    createOptimizer(gpu, {
      name: "mine",
      learningRate: 1,
      options: {},
      create: () => ({ state: {}, update() {}, [Symbol.dispose]() {}, ...members }),
    }, 4);
  const before = gpu.liveBuffers;
  for (
    const [members, message] of [
      [{ observes: ["hessianProbe"] }, "mine: expected the method requests beside observes, found none."],
      [
        { observes: ["hessianProbe"], requests: () => [] },
        "mine: expected the method observe beside observes, found none.",
      ],
      [{ observe() {} }, "mine: expected the member observes beside observe, found none."],
      [{ observes: ["hessian" as "hessianProbe"] }, "mine: observes: expected hessianProbe, gaussNewtonSample,"],
      [{ observes: "hessianProbe" as never }, 'mine: observes: expected a list, found "hessianProbe".'],
      [{ update: undefined }, "mine: update: expected a function, found undefined."],
    ] as const
  ) {
    assertThrows(() => make(members), Error, message);
  }
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("an encoding that writes more features than it declares is refused before it is trained on", async () => {
  const text = `{{uniform count: u32}}
{{write encoded: array<f32>}}
{{include invocation_index}}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation_index(id, groups, 64u);
  if (i < u.count) { encoded[i] = select(0.0, 1.0, i % 16u < 5u); }
}`;
  const encoding = (features: number): Encoding => ({
    name: "five",
    options: {},
    outputs: () => features,
    record(gpu, _, encoded, { rows, outputStride }) {
      const count = rows * outputStride;
      gpu.dispatch(gpu.kernel({ name: "five", text }), { encoded }, { count }, linearGroups(count, 64));
    },
  });
  const make = (features: number) =>
    createField(gpu, mlp({ inputs: 2, hidden: [8], outputs: 1, activation: sine(), encoding: encoding(features) }));
  using right = make(5);
  await right.evaluate(new Float32Array(2));
  using wrong = make(4);
  const message =
    "encoding five: expected 4 features of 2 inputs, as outputs(2) says, and 0 in the padding, found something else in column 5.";
  await assertRejects(() => wrong.evaluate(new Float32Array(2)), Error, message);
  using optimizer = createOptimizer(gpu, adam(), wrong.layout);
  const run = async () => {
    const options = { field: wrong, objective: meanSquaredError(), data: batch, optimizer, batchSize: 2, steps: 1 };
    for await (const _ of train(options));
  };
  await assertRejects(run, Error, message);
});

Deno.test("a batch whose targets have another width is refused with the widths", async () => {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [4], outputs: 2, activation: sine() }), { seed: 1 });
  const narrow = { inputs: new Float32Array(256), targets: new Float32Array(256) };
  const error = await assertRejects(() => lossAndGradient(field, meanSquaredError(), narrow), Error);
  assertEquals(
    error.message,
    "batch: expected as many rows of inputs as of targets, found 256 rows of inputs (input: 1 number each) and 128 of " +
      "targets (output: 2 numbers each).",
  );
});

Deno.test("what callers without types pass by mistake is refused in a sentence", () => {
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown) => value as any;
  using optimizer = createOptimizer(gpu, adam(), 4);
  using vector = createVector(gpu, new Float32Array(4));
  const calls: [() => unknown, string][] = [
    [() => mlp(wrong({ inputs: 2, outputs: 1, activation: sine() })), "mlp: hidden: expected a list, found undefined."],
    [
      () => mlp(wrong({ inputs: 2, hidden: [8], outputs: 1 })),
      "mlp: activation: expected an activation, found undefined.",
    ],
    [
      () => mlp(wrong({ inputs: 2, hidden: [8], outputs: 1, activation: "sine" })),
      'mlp: activation: expected an activation, found "sine".',
    ],
    [
      () => mlp(wrong({ inputs: 2, hidden: [8], outputs: 1, activation: sine(), encodng: 1 })),
      "mlp: encodng: there is no such option; did you mean encoding?",
    ],
    [
      () => createField(gpu, wrong({ inputs: 2 })),
      "createField: description: expected the description of a field, as mlp makes it, found an object.",
    ],
    [
      () => createField(gpu, mlp({ inputs: 1, hidden: [], outputs: 1, activation: sine() }), wrong({ sed: 1 })),
      "createField: sed: there is no such option; did you mean seed?",
    ],
    [
      () => createOptimizer(gpu, wrong("adam"), 4),
      'createOptimizer: expected an optimizer such as adam(), found "adam".',
    ],
    [
      () => optimizer.step(wrong({ parameters: vector, gradient: new Float32Array(4) })),
      "adam: gradient: expected a vector of the device, found a Float32Array.",
    ],
  ];
  for (const [call, message] of calls) assertEquals(assertThrows(call, Error).message, message);
  assert(vector.layout.parameterCount === 4);
});
