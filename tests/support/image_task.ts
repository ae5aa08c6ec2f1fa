import { encodePng } from "../../mod.ts";
import { type Outcome, outcome, startTask } from "./process.ts";
import { taskHere } from "./task_here.ts";

/** Runs `deno task image` as it is called from a folder, with what `withEsgd` adds, in this process. */
export function imageTask(folder: string, ...args: string[]): Promise<Outcome> {
  return taskHere("image", withEsgd(args), folder);
}

/** The same in a process of its own. */
export function imageProcess(folder: string, ...args: string[]): Promise<Outcome> {
  return outcome(startTask("image", withEsgd(args), folder));
}

/**
 * The arguments of a new run of `deno task image`, with a Gaussian field and ESGD where they name none: a run with Hessian-vector products and
 * state of many kinds.
 */
export function withEsgd(args: readonly string[]): string[] {
  const has = (...names: string[]) =>
    args.some((word) => names.some((name) => word === name || word.startsWith(`${name}=`)));
  if (has("--resume", "--config", "--help", "--preset")) return [...args];
  return [
    ...args,
    ...has("--activation") ? [] : ["--activation", "gaussian"],
    ...has("--optimizer") ? [] : ["--optimizer", "esgd"],
  ];
}

/** A smooth RGB picture as a PNG. */
export function smoothPng(width: number, height: number): Uint8Array {
  const pixels = Float32Array.from({ length: width * height * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i / width));
  return encodePng({ width, height, channels: 3, pixels });
}

/** Options that make a run tiny, and compile no kernels in order to choose among them. */
export const tiny = ["--width", "8", "--layers", "1", "--size", "0", "--batch-size", "64", "--kernels", "register"];
