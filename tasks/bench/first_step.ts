import { fromFileUrl, join } from "../../lib/std/path/mod.ts";
import { summarise, type Summary } from "../shell/statistics.ts";
import type { BenchValues } from "./command.ts";
import { deviceChoice } from "../shell/device_options.ts";

/** Milliseconds from the start of a process to its first finished step. */
export interface FirstStepFigures {
  /** With empty shader and autotuning caches. */
  readonly cold: Summary;
  /** With the caches that the run before filled. */
  readonly warm: Summary;
}

/** The most rounds. More would take long, because each compiles all kernels anew. */
const ROUNDS = 2;

/** Starts processes that make one training step with default settings: in each round one with empty caches, then one with filled ones. */
export async function measureFirstStep(
  values: Pick<
    BenchValues,
    "activation" | "width" | "layers" | "optimizer" | "kernels" | "software" | "adapter" | "repeats"
  >,
  batch: number,
): Promise<FirstStepFigures> {
  const { repeats, software, adapter, ...rest } = values;
  const denoDir = await moduleCache();
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round < Math.min(ROUNDS, repeats); round++) {
    const caches = await Deno.makeTempDir({ prefix: "neural-fields-bench-" });
    try {
      for (const times of [cold, warm]) {
        times.push(await oneProcess({ ...rest, ...deviceChoice({ software, adapter }), batch }, caches, denoDir));
      }
    } finally {
      await Deno.remove(caches, { recursive: true });
    }
  }
  return { cold: summarise(cold), warm: summarise(warm) };
}

async function oneProcess(settings: Record<string, unknown>, caches: string, denoDir: string): Promise<number> {
  const script = fromFileUrl(new URL("./first_step_process.ts", import.meta.url));
  const begin = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, JSON.stringify(settings)],
    env: {
      XDG_CACHE_HOME: caches,
      MESA_SHADER_CACHE_DIR: join(caches, "mesa"),
      // The shader cache of NVIDIA's Vulkan driver.
      __GL_SHADER_DISK_CACHE_PATH: caches,
      DENO_DIR: denoDir,
      NO_COLOR: "1",
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  const { done } = await reader.read();
  const milliseconds = performance.now() - begin;
  await reader.cancel();
  const [{ success }, stderr] = await Promise.all([process.status, new Response(process.stderr).text()]);
  if (done || !success) {
    throw new Error(`The process that measures the first step failed: ${stderr.trim() || "it printed no message"}`);
  }
  return milliseconds;
}

/** The folder of Deno's module cache, which must stay although XDG_CACHE_HOME changes, because downloads are not measured. */
async function moduleCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
