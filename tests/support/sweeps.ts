import { join } from "@std/path";
import { smoothPng } from "./image_task.ts";

/**
 * Writes a picture and the file of a sweep with four runs. Returns the file's path.
 *
 * @param epochs Those of the second and the third run. A second has a few hundred; the first run has one.
 * @param last Those of the last run.
 */
export async function writeFourRuns(folder: string, epochs: number, last: number): Promise<string> {
  await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
  const options = {
    ...{ width: 8, layers: 1, size: 0, "batch-size": 64, kernels: "register", optimizer: "adam" },
    "evaluate-every": 20,
  };
  const grid = [{ epochs: [1], seed: [0] }, { epochs: [epochs], seed: [0, 1] }, { epochs: [last], seed: [2] }];
  const path = join(folder, "four.json");
  const spec = { task: "image", inputs: ["p.png"], options, grid };
  await Deno.writeTextFile(path, JSON.stringify(spec));
  return path;
}

/** Columns of a sweep's table that depend on the clock or the machine. */
const TIMED = ["seconds", "stepsPerSecond"];

/** The rows of a sweep's `results.csv` without what depends on the clock. */
export async function tableOf(sweep: string): Promise<Record<string, string>[]> {
  const [heads, ...rows] = (await Deno.readTextFile(join(sweep, "results.csv"))).trim().split("\n").map(cellsOf);
  return rows.map((row) =>
    Object.fromEntries(heads.map((head, i) => [head, row[i]]).filter(([head]) => !TIMED.includes(head)))
  );
}

/** The cells of a line of comma-separated values without line breaks. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain);
}

/** Waits until something holds; fails after three minutes. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const begun = performance.now(); !await holds();) {
    if (performance.now() - begun > 180_000) throw new Error(`expected within three minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether a run has a checkpoint and has not ended. */
export async function isUnderWay(run: string): Promise<boolean> {
  const names = await Array.fromAsync(Deno.readDir(join(run, "checkpoints")), ({ name }) => name).catch(() => []);
  const summary = await Deno.readTextFile(join(run, "summary.json")).catch(() => "{}");
  return JSON.parse(summary).status === "running" && names.some((name) => name.endsWith(".safetensors"));
}

/** The processes whose command line has all of these texts, such as the name of a run. */
export async function processesWith(...texts: readonly string[]): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    const words = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (texts.every((text) => words.includes(text))) found.push(Number(name));
  }
  return found;
}
