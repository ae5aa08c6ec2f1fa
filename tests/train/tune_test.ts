import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { adam, createField, createOptimizer, gaussian, meanSquaredError, mlp, openDevice, train } from "../../mod.ts";
import { Network, tuneKernels } from "../../lib/field/mod.ts";
import { tuneTangents } from "../../lib/diff/tune_tangents.ts";
import { familyOf, subjectOf } from "../../lib/linalg/gemm/family.ts";
import { beginTuning, tuneProducts } from "../../lib/linalg/gemm/tune.ts";
import { inFolder } from "../support/temporary_folder.ts";

/** Runs `work` with kernel choices remembered in a folder of its own, empty at first. The driver's cache stays where it is. */
function withoutChoices(work: (cache: string) => Promise<void>): Promise<void> {
  return inFolder(async (cache) => {
    const { XDG_CACHE_HOME: xdg, MESA_SHADER_CACHE_DIR: mesa, HOME } = Deno.env.toObject();
    Deno.env.set("MESA_SHADER_CACHE_DIR", mesa ?? xdg ?? `${HOME}/.cache`);
    Deno.env.set("XDG_CACHE_HOME", cache);
    try {
      await work(cache);
    } finally {
      if (xdg === undefined) Deno.env.delete("XDG_CACHE_HOME");
      else Deno.env.set("XDG_CACHE_HOME", xdg);
      if (mesa === undefined) Deno.env.delete("MESA_SHADER_CACHE_DIR");
    }
  });
}

Deno.test("training chooses kernels for an epoch's smaller last batch as well", () =>
  withoutChoices(async () => {
    using gpu = await openDevice();
    using field = createField(gpu, mlp({ inputs: 1, hidden: [16], outputs: 1, activation: gaussian() }));
    using optimizer = createOptimizer(gpu, adam(), field.layout);
    const data = { inputs: new Float32Array(80), targets: new Float32Array(80) };
    for await (
      const _ of train({ field, objective: meanSquaredError(), data, optimizer, batchSize: 64, epochs: 1 })
    );
    for (const rows of [64, 16]) assert(gpu.tuner.choice(`weight 16x16 rows ${rows}`) !== undefined, `${rows} rows`);
  }));

Deno.test("a choice that nobody has made is told as what it amounts to", () =>
  withoutChoices(async () => {
    using gpu = await openDevice();
    const product = { kind: "weight", shape: { rows: 16, outputs: 16, inputs: 16 } } as const;
    assertEquals([gpu.tuner.choice("operands"), gpu.tuner.choice(subjectOf(product))], [undefined, undefined]);
    assertEquals(familyOf(gpu, product), "register");
    assertEquals(gpu.tuner.choices, { operands: "buffer", "weight 16x16 rows 16": "register" });
  }));

Deno.test("what is compiled ahead decides nothing, and is measured all the same", () =>
  withoutChoices(async () => {
    using gpu = await openDevice();
    beginTuning(gpu);
    assertEquals([gpu.tuner.choice("operands"), gpu.tuner.operands, gpu.liveBuffers], [undefined, "buffer", 0]);
    const [{ subject, milliseconds, choice }] = await tuneProducts(gpu, []);
    assertEquals([subject, Object.keys(milliseconds)], ["operands", ["buffer", "texture"]]);
    assertEquals(gpu.tuner.choices, { operands: choice });
  }));

Deno.test("remembered choices that make no sense are passed over", () =>
  withoutChoices(async (cache) => {
    await Deno.mkdir(join(cache, "neural-fields"));
    for (const text of ["null", "[]", "{", '{"key": 1, "choice": "texture"}', ""]) {
      await Deno.writeTextFile(join(cache, "neural-fields", "kernels.jsonl"), text);
      using gpu = await openDevice();
      assertEquals(gpu.tuner.choice("operands"), undefined, text);
    }
  }));

Deno.test("the latest choice holds, after a line that was cut short as well", () =>
  withoutChoices(async (cache) => {
    using first = await openDevice();
    using second = await openDevice();
    first.tuner.choose("operands", "texture");
    await Deno.writeTextFile(join(cache, "neural-fields", "kernels.jsonl"), '\n{"key": "a', { append: true });
    second.tuner.choose("other", "x");
    first.tuner.choose("operands", "buffer");
    using third = await openDevice();
    assertEquals([third.tuner.choice("operands"), third.tuner.choice("other")], ["buffer", "x"]);
  }));

Deno.test("a choice that cannot be remembered holds for the process, which says so once", () =>
  withoutChoices(async (cache) => {
    await Deno.writeTextFile(join(cache, "neural-fields"), "a file where the folder should be");
    const { warn } = console;
    const said: string[] = [];
    console.warn = (text) => said.push(text);
    try {
      using gpu = await openDevice();
      for (const choice of ["texture", "buffer"]) gpu.tuner.choose("operands", choice);
      assertEquals(gpu.tuner.choice("operands"), "buffer");
    } finally {
      console.warn = warn;
    }
    assertEquals(said.length, 1);
    assertStringIncludes(said[0], "cannot be remembered");
  }));

Deno.test("first uses share one budget; what it does not cover is guessed from the same product of other rows", () =>
  withoutChoices(async () => {
    using gpu = await openDevice();
    const description = mlp({ inputs: 16, hidden: [64, 64], outputs: 16, activation: gaussian() });
    await tuneKernels(gpu, { description, rows: 64, gradients: true });
    assert(gpu.tuner.secondsLeft < 2);
    gpu.tuner.adopt({ "forward 64x64 rows 64": "tile" });
    const guessed = await tuneKernels(gpu, { description, rows: 512, gradients: true }, { budget: 0 });
    assert(guessed.length > 0);
    for (const { subject, milliseconds, choice } of guessed) {
      assertEquals([milliseconds, choice], [{}, gpu.tuner.choice(subject.replace("512", "64"))], subject);
    }
    assertEquals(gpu.tuner.choice("forward 64x64 rows 512"), "tile");
  }));

Deno.test("a chain of layers and its tangents are timed where products are computed in workgroup memory, and the choices hold", () =>
  withoutChoices(async () => {
    using gpu = await openDevice({ operands: "texture" });
    const description = mlp({ inputs: 2, hidden: [16], outputs: 3, activation: gaussian() });
    using field = createField(gpu, description);
    using network = new Network(field, 16, true);
    const request = { description, rows: 16, gradients: true };
    const choose = (family: string) => {
      for (const kind of ["forward", "adjoint", "weight"]) gpu.tuner.adopt({ [`${kind} 16x16 rows 16`]: family });
    };
    for (
      const { subject, tune, chains } of [
        {
          subject: "chain 16x16x16 rows 16",
          tune: () => tuneKernels(gpu, request, { budget: 60 }),
          chains: () => network.fusedChains(16).length,
        },
        {
          subject: "chain tangents 16x16x16 rows 16",
          tune: () => tuneTangents(gpu, request, { budget: 60 }),
          chains: () => network.fusedTangents(16).length,
        },
      ]
    ) {
      choose("register");
      assertEquals([await tune(), chains()], [[], 0], "software adapters compile no chains");
      assertEquals(gpu.tuner.choices[subject], undefined);
      choose("tile");
      const [{ subject: found, milliseconds, choice }] = await tune();
      assertEquals([found, Object.keys(milliseconds)], [subject, ["fused", "apart"]]);
      assertEquals([gpu.tuner.choices[subject], chains()], [choice, choice === "fused" ? 1 : 0]);
      assertEquals(await tune(), [], "what is known is not measured again");
      for (const chosen of ["fused", "apart"]) {
        gpu.tuner.adopt({ [subject]: chosen });
        assertEquals(chains(), chosen === "fused" ? 1 : 0);
      }
    }
  }));
