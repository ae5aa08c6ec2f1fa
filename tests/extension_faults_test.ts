import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import * as root from "../mod.ts";
import {
  adam,
  createField,
  createOptimizer,
  createVector,
  hessianVectorProduct,
  lossAndGradient,
  meanSquaredError,
  mlp,
  openDevice,
  sine,
  train,
} from "../mod.ts";
import {
  type Activation,
  type Encoding,
  entrywise,
  linearBound,
  linearGroups,
  type Optimizer,
  type OptimizerCore,
  type OptimizerSpec,
  pointwise,
} from "../lib/extend.ts";
import { eikonal } from "../lib/objective/mod.ts";
import { expandKernel, placesOf } from "../lib/gpu/kernel_source.ts";
import { filesIn, root as projectRoot } from "./support/source_files.ts";
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

Deno.test("an error in an activation's WGSL has the line in the activation's own text", async () => {
  for (
    const [text, expected] of [
      [
        "\n\nfn value(z: Preactivation) -> vec4f {\n  return oops(z[0]);\n}",
        'line 4 of its WGSL, "return oops(z[0]);": ',
      ],
      ["// Mine\nfn value(z: Preactivation) -> vec4f {\n  return z[0]\n}", 'line 4 of its WGSL, "}": '],
      ["{{include reduced_angle}}\nfn value(z: Preactivation) -> vec4f {\n  return 1.0;\n}", "line 3 of its WGSL, "],
      ["fn worth(z: Preactivation) -> vec4f { return z[0]; }", "its WGSL has no function value, which line "],
    ]
  ) {
    using field = fieldOf(text);
    const { message } = await assertRejects(() => field.evaluate(Float32Array.of(1, 2)), Error);
    assertStringIncludes(message, ` with the activation mine: ${expected}`);
  }
});

Deno.test("an error that is found in a file of the project has that file and the line in it, with what stands there", async () => {
  // The kernel of the layer calls what returns something else.
  using field = fieldOf("fn value(z: Preactivation) -> f32 { return 1.0; }");
  const called = await assertRejects(() => field.evaluate(Float32Array.of(1, 2)), Error);
  // Each kernel's name is that of its file.
  await assertNamesLine(called.message, /^kernel (\w+) with the activation mine: line (\d+) of \1\.wgsl, "(.+?)": /);
  // It calls a function that the activation lacks, or that is misspelt there.
  using lacking = fieldOf("fn worth(z: Preactivation) -> vec4f { return z[0]; }");
  const { message: lacks } = await assertRejects(() => lacking.evaluate(Float32Array.of(1, 2)), Error);
  assertMatch(
    lacks,
    /^kernel (\w+) with the activation mine: its WGSL has no function value, which line \d+ of \1\.wgsl calls\.$/,
  );
  const buffer = gpu.buffer("numbers", 16);
  using _ = buffer;
  // The snippet calls a function that the kernel lacks.
  const text = "{{uniform length: u32}}\n{{update numbers}}\n{{include each_entry}}\n";
  gpu.dispatch(gpu.kernel({ name: "mine", text }), { numbers: buffer }, { length: 1 }, [1, 1, 1]);
  const { message } = await assertRejects(() => gpu.read(buffer), Error);
  await assertNamesLine(message, /^kernel mine: line (\d+) of (wgsl\/gpu\/snippet\/each_entry)\.wgsl, "(.+?)": /, [
    2,
    1,
    3,
  ]);
});

Deno.test("in kernels for chains of layers a file of the project is not taken for the activation's text", async () => {
  using gpu = await openDevice({ allowSoftware: true, kernels: "fused" });
  const fieldOf = (text: string) => {
    return createField(gpu, mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: activation(text) }), {
      seed: 1,
    });
  };
  const messageOf = async (text: string) => {
    using field = fieldOf(text);
    return (await assertRejects(() => field.evaluate(Float32Array.of(1, 2)), Error)).message;
  };
  const pattern = /^kernel chain_forward with the activation mine: line (\d+) of (chain_product)\.wgsl, "(.+?)": /;
  // The file calls the function of WGSL that has this name.
  await assertNamesLine(await messageOf(`${square}\nfn transpose(z: vec4f) -> vec4f { return z; }`), pattern, [
    2,
    1,
    3,
  ]);
  assertStringIncludes(
    await messageOf("{{include reduced_angle}}\nfn value(z: Preactivation) -> vec4f {\n  return oops(z[0]);\n}"),
    'kernel chain_forward with the activation mine: line 3 of its WGSL, "return oops(z[0]);": ',
  );
});

Deno.test("an error in an activation's third derivatives has the line in that text", async () => {
  const text = `${square}\nfn partial_0_0(z: Preactivation) -> vec4f { return vec4f(2.0); }`;
  const third = "\nfn partial_0_0_0(z: Preactivation) -> vec4f {\n  return oops(z[0]);\n}";
  const mine = { ...activation(text), third };
  using field = createField(gpu, mlp({ inputs: 2, hidden: [8], outputs: 1, activation: mine }), { seed: 1 });
  const given = { inputs: batch.inputs, targets: {} };
  const product = () => hessianVectorProduct(field, eikonal(), given, new Float32Array(field.parameterCount).fill(1));
  const { message } = await assertRejects(product, Error);
  assertStringIncludes(message, 'with the activation mine: line 3 of its WGSL "third", "return oops(z[0]);": ');
});

Deno.test("an error in a text that a kernel includes has that text's file", async () => {
  using buffer = gpu.buffer("numbers", 16);
  const text = "{{uniform length: u32}}\n{{update numbers}}\n{{include each_entry}}\n{{include half}}\n" +
    "fn entry(i: u32) { numbers[i] = half(numbers_before(i)); }\n";
  const half = "// A half.\nfn half(x: vec4f) -> vec4f {\n  return 0.5 * y;\n}\n";
  gpu.dispatch(gpu.kernel({ name: "mine", text }, { half }), { numbers: buffer }, { length: 1 }, [1, 1, 1]);
  const { message } = await assertRejects(() => gpu.read(buffer), Error);
  assertStringIncludes(message, 'kernel mine: line 3 of half.wgsl, "return 0.5 * y;": ');
});

/** Checks that a message shows the line of a file of `wgsl/` that it names. */
async function assertNamesLine(message: string, pattern: RegExp, [file, line, shown] = [1, 2, 3]): Promise<void> {
  const found = pattern.exec(message);
  assert(found !== null, message);
  const path = (await filesIn("wgsl")).find((path) => path.endsWith(`/${found[file].split("/").at(-1)}.wgsl`))!;
  const there = (await Deno.readTextFile(join(projectRoot, path))).split("\n")[Number(found[line]) - 1].trim();
  // The compiler has seen what the tags in double braces stand for.
  const filledIn = there.split(/\{\{(?:[^{}]|\{\{\w+\}\})*\}\}/).map(RegExp.escape).join(".*");
  assertMatch(found[shown], new RegExp(`^${filledIn}$`));
}

Deno.test("every line of a kernel is traced to its text, also in loops, values and what these include", () => {
  const text = "{{uniform n: u32}}\n{{include part}}\n{{for i in 0..2}}  a{{i}} = {{word}};\n{{end}}{{block}}\nlast";
  const values = { part: "one\n\n{{include threefry}}two", word: "w", block: "b1\nb2" };
  const code = expandKernel({ name: "k", text }, values, "buffer").code.split("\n");
  const places = placesOf({ name: "k", text }, values, "buffer");
  const traced = (line: string) => {
    const place = places[code.indexOf(line)];
    return place && `${place.of} ${place.name} ${place.line}`;
  };
  assertEquals(traced("@group(0) @binding(0) var<uniform> u: Uniforms;"), "template  1");
  assertEquals(["one", "two", "  a0 = w;", "  a1 = w;", "b1", "b2", "last"].map(traced), [
    ...["value part 1", "value part 3", "template  3", "template  3", "value block 1", "value block 2", "template  5"],
  ]);
  const snippet = code.findIndex((line) => line.startsWith("fn threefry("));
  assertEquals([places[snippet]?.of, places[snippet]?.name], ["snippet", "threefry"]);
  assertEquals(places[code.indexOf("")], undefined);
});

Deno.test("a field's faulty activation is reported to who uses that field, and never to others at the same time", async () => {
  using right = createField(gpu, mlp({ inputs: 2, hidden: [8], outputs: 1, activation: sine() }), { seed: 1 });
  const [expected] = await right.evaluate(Float32Array.of(1, 2));
  for (const rightFirst of [true, false]) {
    // Another text each time, because a kernel that is known not to compile is refused at once.
    using broken = fieldOf(`fn value(z: Preactivation) -> vec4f { return oops${rightFirst}(z[0]); }`);
    const order = rightFirst ? [right, broken] : [broken, right];
    const results = await Promise.allSettled(order.map((field) => field.evaluate(Float32Array.of(1, 2))));
    const [good, bad] = rightFirst ? results : results.toReversed();
    assert(good.status === "fulfilled" && bad.status === "rejected");
    assertEquals(good.value[0], expected);
    assertStringIncludes(bad.reason.message, `oops${rightFirst}`);
    await gpu.synchronize();
  }
});

Deno.test("an update kernel that is wrong is reported where it is used, and another optimizer then trains", async () => {
  using field = fieldOf(`${square}\nfn partial_0_0(z: Preactivation) -> vec4f { return vec4f(2.0); }`);
  const run = async (optimizer: Optimizer) => {
    const options = { field, objective: meanSquaredError(), data: batch, optimizer, batchSize: 2, steps: 1 };
    for await (const _ of train(options));
  };
  const head = "{{uniform length: u32, rate: f32}}\n{{read gradient}}\n{{include each_entry}}\n";
  for (
    const [text, message] of [
      [
        `${head}{{update parameters}}\nfn entry(i: u32) {\n  parameters[i] = u.rate * gradients(i);\n}`,
        'kernel mine: line 6 of its WGSL, "parameters[i] = u.rate * gradients(i);": ',
      ],
      [`${head}fn entry(i: u32) { let g = u.rate * gradient(i); }`, "declare {{update parameters}}"],
    ]
  ) {
    const spec = updatingBy(text);
    using optimizer = createOptimizer(gpu, spec, field.layout);
    assertStringIncludes((await assertRejects(() => run(optimizer), Error)).message, message);
    using other = createOptimizer(gpu, adam(), field.layout);
    await run(other);
  }
});

/** An optimizer without state whose update is a kernel of this text. */
function updatingBy(text: string): OptimizerSpec {
  return {
    name: "mine",
    learningRate: 0.1,
    options: {},
    create: (context) => ({
      state: {},
      update({ parameters, gradient, learningRate: rate }) {
        entrywise(context, { name: "mine", text }, { parameters, gradient }, { rate });
      },
      [Symbol.dispose]() {},
    }),
  };
}

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

Deno.test("WGSL that is no text is refused with the name of what it belongs to", () => {
  const message = "mine.wgsl: expected a text with WGSL, found undefined.";
  assertThrows(() => gpu.kernel({ name: "mine", text: undefined as never }), Error, message);
  const loss = "pointwise mine: loss: expected a text with WGSL, found undefined.";
  assertThrows(() => pointwise("mine", undefined as never), Error, loss);
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
      [{ observes: ["hessianProbe"], requests: 1 as never }, "mine: requests: expected a function, found 1."],
      [{ update: undefined }, "mine: update: expected a function, found undefined."],
      [{ [Symbol.dispose]: undefined }, "mine: [Symbol.dispose]: expected a function, found undefined."],
      [{ state: undefined }, "mine: state: expected an object, found undefined."],
      [{ state: { m: 3 as never } }, "mine: state: m: expected a vector of the device, found 3."],
      [{ restored: true as never }, "mine: restored: expected a function, found true."],
      [{ multipliesMatrices: 1 as never }, "mine: multipliesMatrices: expected true or false, found 1."],
    ] as const
  ) {
    assertThrows(() => make(members), Error, message);
  }
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("an optimizer without a working part, and one whose requests are no list of whole numbers, are refused", () => {
  const spec = { name: "mine", learningRate: 1, options: {} };
  const nothing = () => createOptimizer(gpu, { ...spec, create: () => undefined as never }, 4);
  assertThrows(nothing, Error, "mine: create: expected an object, found undefined.");
  for (
    const [requests, message] of [
      [undefined, "mine: requests: expected a list, found undefined."],
      [
        [{ kind: "hessianProbe", count: 1.5 }],
        "mine: requests: expected a whole number ≥ 0 of hessianProbe, found 1.5.",
      ],
      [[{ kind: "hessianProbe", count: -1 }], "mine: requests: expected a whole number ≥ 0 of hessianProbe, found -1."],
      [
        [{ kind: "kroneckerFactors", count: 1 }],
        "mine: requests: expected one of hessianProbe, found kroneckerFactors.",
      ],
    ] as const
  ) {
    const core: OptimizerCore = {
      state: {},
      observes: ["hessianProbe"],
      requests: () => requests as never,
      observe() {},
      update() {},
      [Symbol.dispose]() {},
    };
    using optimizer = createOptimizer(gpu, { ...spec, create: () => core }, 4);
    assertThrows(() => optimizer.requests(), Error, message);
  }
});

Deno.test("a transform whose working part lacks a member is refused with its name, and nothing stays allocated", () => {
  const before = gpu.liveBuffers;
  for (
    const [core, message] of [
      [undefined, "halve: create: expected an object, found undefined."],
      [{ apply() {} }, "halve: [Symbol.dispose]: expected a function, found undefined."],
      [{ [Symbol.dispose]() {} }, "halve: apply: expected a function, found undefined."],
      [
        { apply() {}, state: { m: 3 }, [Symbol.dispose]() {} },
        "halve: state: m: expected a vector of the device, found 3.",
      ],
    ] as const
  ) {
    const transform = { name: "halve", options: {}, create: () => core as never };
    assertThrows(() => createOptimizer(gpu, { ...adam(), transforms: [transform] }, 4), Error, message);
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
      "mlp: activation: expected an activation such as sine(), found undefined.",
    ],
    [
      () => mlp(wrong({ inputs: 2, hidden: [8], outputs: 1, activation: "sine" })),
      'mlp: activation: expected an activation such as sine(), found "sine".',
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

Deno.test("no function of the root answers a missing or wrong argument with an error of the language", async () => {
  using field = fieldOf(square);
  const objective = meanSquaredError();
  const some = [gpu, field, {}, "x", new Uint8Array(4), objective, batch];
  const calls = [[], ...some.map((each) => [each]), [gpu, {}], [gpu, "x"], [field, {}], [field, objective], [
    field,
    objective,
    {},
  ]];
  const tried = [...calls, [field, objective, batch], [60], [60, {}]];
  const errorsOfLanguage =
    /Cannot (read|destructure|convert|use|set)|is not (iterable|a function|a constructor)|Invalid array length/;
  for (const [name, call] of Object.entries(root)) {
    // Classes, and what opens devices.
    if (typeof call !== "function" || /^[A-Z]/.test(name) || name === "openDevice") continue;
    for (const given of tried) {
      const message = await messageOf(() => (call as (...given: unknown[]) => unknown)(...given));
      assert(!errorsOfLanguage.test(message), `${name}(${given.map((each) => typeof each)}): ${message}`);
    }
  }
});

/** What a call throws, at once, later or as its first event; an empty text if nothing. */
async function messageOf(call: () => unknown): Promise<string> {
  try {
    const made = await call() as { next?: () => unknown; [Symbol.dispose]?: () => void } | undefined;
    if (typeof made?.next === "function") await made.next();
    made?.[Symbol.dispose]?.();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
