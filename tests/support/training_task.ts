import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { readUntil, startTask } from "./process.ts";

/** The newest checkpoint of a run: its step, and its bytes. */
export async function newestCheckpoint(run: string): Promise<{ step: number; bytes: Uint8Array }> {
  const { step, path } = (await new RunFolder(run).latestCheckpoint())!;
  return { step, bytes: await Deno.readFile(path) };
}

/**
 * Starts a training task that would take days, presses Ctrl-C after its first steps, and checks that it says how to go on and marks
 * the run as interrupted.
 *
 * @returns The run's folder and the step of its checkpoint.
 */
export async function stopEarly(
  task: string,
  args: readonly string[],
  folder: string,
): Promise<{ run: string; step: number }> {
  const child = startTask(task, [...args, "--epochs", "1000000", "--name", "stopped"], folder);
  const reader = child.stderr.getReader();
  await readUntil(reader, (text) => /step [1-9]/.test(text));
  child.kill("SIGINT");
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), readUntil(reader, () => false)]);
  assertEquals((await child.status).code, 130, stderr);
  const run = join(folder, "runs", task, "stopped");
  const { step } = await newestCheckpoint(run);
  assertGreater(step, 0);
  assertStringIncludes(stdout, `Stopped at step ${step}. To go on: deno task ${task} --resume `);
  assertEquals(JSON.parse(await Deno.readTextFile(join(run, "summary.json"))).aborted, true);
  return { run, step };
}
