import { assertEquals, assertRejects } from "@std/assert";
import { gaussian, mlp, openDevice } from "../../mod.ts";
import { tuneTangents } from "../../lib/diff/tune_tangents.ts";

Deno.test("a choice whose timing is stopped stays unknown", async () => {
  using gpu = await openDevice({ kernels: "auto" });
  const description = mlp({ inputs: 2, hidden: [48, 48], outputs: 1, activation: gaussian() });
  // Chains are timed only where tiles compute their layers.
  gpu.tuner.adopt({ "forward 48x48 rows 16": "tile" });
  const stop = new AbortController();
  // Work is submitted for the first time when the timing begins.
  gpu.guard = () => stop.abort(new Error("stopped"));
  await assertRejects(() => tuneTangents(gpu, { description, rows: 16 }, { signal: stop.signal }), Error, "stopped");
  const [subject] = Object.keys(gpu.tuner.choices).filter((each) => each.startsWith("chain tangents"));
  assertEquals(gpu.tuner.choice(subject), undefined);
  assertEquals(gpu.tuner.choices[subject], "apart");
  assertEquals(gpu.liveBuffers, 0);
});
