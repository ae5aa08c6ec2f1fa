import { assertEquals, assertThrows } from "@std/assert";
import { gaussian, mlp, openDevice } from "../../mod.ts";
import { OutOfMemoryError } from "../../lib/gpu/mod.ts";
import { KroneckerFactors } from "../../lib/diff/kronecker_factors.ts";
import { segmentsOf } from "../../lib/field/description.ts";
import { Layout } from "../../lib/linalg/layout.ts";

Deno.test("Kronecker factors whose operand does not fit the adapter leave no buffer", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const layout = new Layout(segmentsOf(mlp({ inputs: 2, hidden: [16], outputs: 1, activation: gaussian() })));
  const rows = gpu.device.limits.maxStorageBufferBindingSize / 16;
  assertThrows(() => new KroneckerFactors(gpu, layout, rows), OutOfMemoryError, "Kronecker operand");
  assertEquals(gpu.liveBuffers, 0);
});
