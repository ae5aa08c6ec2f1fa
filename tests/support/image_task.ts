import { encodePng } from "../../mod.ts";
import { type Outcome, outcome, startTask } from "./process.ts";

/** Runs `deno task image` as it is called from a folder. */
export function imageTask(folder: string, ...args: string[]): Promise<Outcome> {
  return outcome(startTask("image", args, folder));
}

/** A smooth RGB picture as a PNG. */
export function smoothPng(width: number, height: number): Uint8Array {
  const pixels = Float32Array.from({ length: width * height * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i / width));
  return encodePng({ width, height, channels: 3, pixels });
}

/** Options that make a run tiny. */
export const tiny = ["--width", "8", "--layers", "1", "--size", "0", "--batch-size", "64"];
