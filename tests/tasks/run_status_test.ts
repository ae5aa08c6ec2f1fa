import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { findRuns } from "../../tasks/run_list/found_run.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { isFree } from "../../tasks/run/without_steps.ts";
import { stateAt, stateIn, toolState } from "../../tasks/run/tool_state.ts";
import { WatchedRun } from "../../tasks/watch/watched_run.ts";
import { smoothPng } from "../support/image_task.ts";
import { readUntil, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder } from "../support/temporary_folder.ts";

const TINY = ["picture.png", "--size", "0", "--width", "8", "--layers", "1", "--batch-size", "64"];

const summaryOf = async (run: string) => JSON.parse(await Deno.readTextFile(join(run, "summary.json")));

/** What `deno task runs` and `deno task watch` say of a run. */
async function shown(folder: string, run: string): Promise<[string, string]> {
  const { runs: [found] } = await findRuns(join(folder, "runs"), ["image"]);
  return [found.status, (await new WatchedRun(run, "a").read()).status];
}

Deno.test("a run says from its first moment that it is running; killed, it is interrupted, and what it fails of stands in its summary", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    const run = join(folder, "runs", "image", "a");
    const args = [...TINY, "--optimizer", "adam", "--epochs", "1000000", "--evaluate-every", "100"];
    const begin = async (...more: string[]) => {
      const child = startTask("image", more, folder);
      const reader = child.stderr.getReader();
      await readUntil(reader, (text) => /step [1-9]/.test(text));
      return { child, rest: Promise.all([readUntil(reader, () => false), new Response(child.stdout).text()]) };
    };
    const first = await begin(...args, "--name", "a");
    const { status, task, steps } = await summaryOf(run);
    assertEquals([status, task, steps], ["running", "image", 0]);
    assertEquals(await shown(folder, run), ["running", "running"]);
    first.child.kill("SIGKILL");
    await first.rest;
    await first.child.status;
    assertEquals((await summaryOf(run)).status, "running");
    assertEquals(await shown(folder, run), ["interrupted", "interrupted"]);

    const second = await begin("--resume", run);
    // The next checkpoint finds no folder for it.
    await Deno.remove(join(run, "checkpoints"), { recursive: true }).catch(() => {});
    await Deno.writeTextFile(join(run, "checkpoints"), "");
    const [stderr] = await second.rest;
    assertEquals((await second.child.status).code, 1, stderr);
    const failed = await summaryOf(run);
    assertEquals(failed.status, "failed", stderr);
    assertMatch(stderr, new RegExp(`error: ${failed.error.replaceAll(/[.()[\]]/g, "\\$&")}\n$`));
    assertEquals(await shown(folder, run), ["failed", "failed"]);
  }));

Deno.test("a run that ended before its first checkpoint does not keep its name, unless it diverged", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "config.json"), "{}");
    const states = [
      ["running", 0, true],
      ["failed", 7, true],
      ["stopped", 0, true],
      ["stopped", 7, false],
      ["diverged", 0, false],
      ["finished", 7, false],
    ] as const;
    for (const [status, steps, free] of states) {
      await new RunFolder(folder).writeSummary({ status, steps });
      assertEquals(await isFree(folder), free, `${status} ${steps}`);
    }
  }));

Deno.test("a run's configuration has the version, the commit and a hash of the tool's files", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    const made = await taskHere("image", [...TINY, "--epochs", "1", "--name", "a"], folder);
    assertEquals(made.code, 0, made.stderr);
    const config = JSON.parse(await Deno.readTextFile(join(folder, "runs", "image", "a", "config.json")));
    assertEquals(config.tool, JSON.parse(JSON.stringify(toolState())));
    assertMatch(config.tool.sources, /^[0-9a-f]{16}$/);
    assertEquals((await summaryOf(join(folder, "runs", "image", "a"))).status, "finished");

    const copy = join(folder, "copy");
    for (const name of ["lib", "tasks", "wgsl", ".git/refs/heads"]) {
      await Deno.mkdir(join(copy, name), { recursive: true });
    }
    for (const name of ["deno.json", "mod.ts", "lib/a.ts"]) await Deno.writeTextFile(join(copy, name), name);
    const { sources, commit } = stateIn(copy);
    assertEquals(commit, undefined);
    const id = "0123456789abcdef0123456789abcdef01234567";
    await Deno.writeTextFile(join(copy, ".git", "HEAD"), "ref: refs/heads/main\n");
    await Deno.writeTextFile(join(copy, ".git", "packed-refs"), `# pack-refs\n${id} refs/heads/main\n`);
    assertEquals(stateIn(copy), { version: config.tool.version, commit: id, sources });
    const loaded = stateAt(new URL("https://user:secret@example.org/fields/v1/"));
    assertEquals(loaded, { version: config.tool.version, url: "https://example.org/fields/v1/" });
    await Deno.writeTextFile(join(copy, ".git", "refs", "heads", "main"), `${id.replace("0", "f")}\n`);
    await Deno.writeTextFile(join(copy, "lib", "a.ts"), "changed");
    const changed = stateIn(copy);
    assertEquals(changed.commit, id.replace("0", "f"));
    assert(changed.sources !== sources);
  }));
