import type { Gpu } from "../gpu/device.ts";
import type { OperandAccess } from "../gpu/kernel_source.ts";
import { readChoice, rememberChoice } from "../gpu/choices.ts";
import { matmulForward } from "./matmul.ts";

/** A product of the usual size, small enough to take milliseconds on the slowest adapter. */
const SHAPE = { rows: 512, outputs: 256, inputs: 256 };

/**
 * Decides how kernels read their operands, unless `openDevice` was told: by timing one product with each way. Decided once
 * for an adapter and runtime version and remembered on disk where that is permitted, so that the same seed gives the same
 * bits from run to run.
 */
export async function tuneOperandAccess(gpu: Gpu): Promise<void> {
  if (gpu.kernels !== "auto" || gpu.tuned) return;
  const key = `${gpu.adapter.name} | ${gpu.adapter.vendor} | ${navigator.userAgent} | operands`;
  let choice = readChoice(key) as OperandAccess | undefined;
  if (choice !== "buffer" && choice !== "texture") {
    choice = await measure(gpu);
    rememberChoice(key, choice);
  }
  gpu.operandAccess = choice;
  gpu.tuned = true;
}

async function measure(gpu: Gpu): Promise<OperandAccess> {
  const { rows, outputs, inputs } = SHAPE;
  using x = gpu.buffer("tuning x", rows * inputs * 4);
  using w = gpu.buffer("tuning w", outputs * inputs * 4);
  using bias = gpu.buffer("tuning bias", outputs * 4);
  using z = gpu.buffer("tuning z", rows * outputs * 4);
  const times: Record<OperandAccess, number[]> = { buffer: [], texture: [] };
  // The first round compiles.
  for (let round = 0; round < 4; round++) {
    for (const access of ["buffer", "texture"] as const) {
      gpu.operandAccess = access;
      const begin = performance.now();
      for (let i = 0; i < 2; i++) matmulForward(gpu, [{ x, w }], bias, z, SHAPE);
      await gpu.synchronize();
      if (round > 0) times[access].push(performance.now() - begin);
    }
  }
  return Math.min(...times.texture) < Math.min(...times.buffer) ? "texture" : "buffer";
}
