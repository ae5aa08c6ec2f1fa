import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { adam, createField, createOptimizer, gaussian, meanSquaredError, mlp, openDevice, train } from "../../mod.ts";
import { inFolder } from "../support/temporary_folder.ts";

/** Runs `work` with kernel choices remembered in a folder of its own, empty at first. */
function withoutChoices(work: (cache: string) => Promise<void>): Promise<void> {
  return inFolder(async (cache) => {
    const before = Deno.env.get("XDG_CACHE_HOME");
    Deno.env.set("XDG_CACHE_HOME", cache);
    try {
      await work(cache);
    } finally {
      if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
      else Deno.env.set("XDG_CACHE_HOME", before);
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
    for (const rows of [64, 16]) assert(gpu.choice(`weight 16x16 rows ${rows}`) !== undefined, `${rows} rows`);
  }));

Deno.test("a choice that nobody has made is told as what it amounts to", () =>
  withoutChoices(async () => {
    using gpu = await openDevice();
    assertEquals([gpu.choice("operands"), gpu.choice("weight 16x16 rows 16")], [undefined, undefined]);
    assertEquals(gpu.choices, { operands: "buffer", "weight 16x16 rows 16": "register" });
  }));

Deno.test("remembered choices that make no sense are passed over", () =>
  withoutChoices(async (cache) => {
    await Deno.mkdir(join(cache, "neural-fields"));
    for (const text of ["null", "[]", "{", '{"x": 1}', ""]) {
      await Deno.writeTextFile(join(cache, "neural-fields", "kernels.json"), text);
      using gpu = await openDevice();
      assertEquals(gpu.choice("operands"), undefined, text);
    }
  }));
