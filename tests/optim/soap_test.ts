import { assertEquals, assertLess } from "@std/assert";
import { openDevice, soap } from "../../mod.ts";
import { followTrajectory } from "./matrix_trajectory.ts";

for (const operands of ["buffer", "texture"] as const) {
  Deno.test(`SOAP follows the golden trajectory for 50 steps (operands from a ${operands})`, async () => {
    using gpu = await openDevice({ operands });
    const errors = await followTrajectory(gpu, "soap_lr0.01_every10", soap({ learningRate: 0.01 }));
    // The eigenvectors of G Gᵀ in f32 differ by about 1e−4 from those in f64 where eigenvalues are small.
    for (const error of Object.values(errors)) assertLess(error, 4e-4);
    assertEquals(gpu.liveBuffers, 0);
  });
}
