import { assertEquals } from "@std/assert";
import { KernelTuner } from "../../lib/gpu/kernel_tuner.ts";

const adapter = { name: "an adapter of this test", vendor: "", architecture: "", software: true };

Deno.test("operands are read in a way that the adapter has, whatever choices are taken over", () => {
  for (const [accesses, operands] of [[["buffer", "texture"], "texture"], [["buffer"], "buffer"]] as const) {
    const tuner = new KernelTuner(adapter, {}, accesses);
    assertEquals(tuner.operands, "buffer");
    tuner.adopt({ operands: "texture" });
    assertEquals(tuner.operands, operands);
  }
});

Deno.test("what is supposed of a subject holds only meanwhile", () => {
  const tuner = new KernelTuner(adapter);
  tuner.supposing("operands", "texture", () => assertEquals(tuner.operands, "texture"));
  assertEquals(tuner.operands, "buffer");
  tuner.supposing("a subject", "one", () => assertEquals(tuner.choice("a subject"), "one"));
  assertEquals(tuner.choice("a subject"), undefined);
  tuner.adopt({ "a subject": "another" });
  tuner.supposing("a subject", "one", () => assertEquals(tuner.choice("a subject"), "one"));
  assertEquals(tuner.choice("a subject"), "another");
});
