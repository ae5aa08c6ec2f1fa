import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { openDevice, shampoo } from "../../mod.ts";
import { followTrajectory } from "./matrix_trajectory.ts";

const configurations = [
  ["buffer", "register", 50],
  ["texture", "register", 50],
  // Whole roots, which take long on software adapters, have the bits of those in parts (whole_matrices_test.ts).
  ["buffer", "fused", 11],
] as const;

for (const [operands, kernels, steps] of configurations) {
  Deno.test(`Shampoo follows the golden trajectory for ${steps} steps (operands from a ${operands}, kernels ${kernels})`, async () => {
    using gpu = await openDevice({ operands, kernels });
    const spec = shampoo({ updateEvery: 1 });
    const errors = await followTrajectory(gpu, "shampoo_lr0.1_block128_ridge1e-6", spec, steps);
    assertEquals(Object.hasOwn(errors, steps), true);
    for (const error of Object.values(errors)) assertLess(error, 6e-5);
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("blocks must fit the device's padding, and grafting be known", () => {
  assertThrows(() => shampoo({ blockSize: 100 }), Error, "shampoo: blockSize: expected a multiple of 16, found 100.");
  assertThrows(() => shampoo({ grafting: "lars" as "sgd" }), Error, 'shampoo: grafting: expected "sgd" or "adam"');
});
