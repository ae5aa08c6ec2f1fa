import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { openDevice, shampoo } from "../../mod.ts";
import { followTrajectory } from "./matrix_trajectory.ts";

for (const [operands, kernels] of [["buffer", "auto"], ["texture", "auto"], ["buffer", "fused"]] as const) {
  Deno.test(`Shampoo follows the golden trajectory for 50 steps (operands from a ${operands}, kernels ${kernels})`, async () => {
    using gpu = await openDevice({ operands, kernels });
    const errors = await followTrajectory(gpu, "shampoo_lr0.1_block128_ridge1e-6", shampoo({ updateEvery: 1 }));
    for (const error of Object.values(errors)) assertLess(error, 6e-5);
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("blocks must fit the device's padding, and grafting be known", () => {
  assertThrows(() => shampoo({ blockSize: 100 }), Error, "shampoo: blockSize: expected a multiple of 16, found 100.");
  assertThrows(() => shampoo({ grafting: "lars" as "sgd" }), Error, 'shampoo: grafting: expected "sgd" or "adam"');
});
