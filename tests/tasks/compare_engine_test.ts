import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TASKS } from "../../tasks/registry.ts";
import { placesOf, sweepOf } from "../../tasks/compare/engine_sweep.ts";
import type { Settings } from "../../tasks/compare/record.ts";
import { runsOf } from "../../tasks/sweep/runs.ts";
import { smoothPng } from "../support/image_task.ts";
import { fastClock } from "../support/clock.ts";
import { outcome, readUntil, startTask } from "../support/process.ts";
import { tableOf } from "../support/sweeps.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const tiny = ["--width", "8", "--layers", "1", "--size", "0", "--batch-size", "64", "--kernels", "register"];
const one = ["--activations", "sine", "--seeds", "1", ...tiny];

async function compare(folder: string, ...args: string[]) {
  using _clock = fastClock(10);
  const result = await taskHere("compare", args, folder);
  assertEquals(result.code, 0, result.stderr);
  return result;
}

/** Columns of a comparison's table that depend on the clock, on when runs were measured, or on who made them. */
const TIMED =
  /^(target|repeated|secondsPerStep|secondsToTarget|stepsToTarget|equalSeconds|qualityAt.*|curvatureShare|adapter)$/;

/** The rows of a comparison's table without these columns. */
async function rowsOf(path: string): Promise<unknown[]> {
  const rows = await tableOf(path);
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !TIMED.test(name))));
}

Deno.test("each pair's runs have the hyper-parameters that it has, and the runs of the sweep are those of the comparison", () => {
  const settings: Settings = {
    task: "image",
    inputs: [{ name: "a.png", path: "/a.png" }, { name: "b.png", path: "/b.png" }],
    activations: ["sine", "relu-pe"],
    optimizers: ["adam", "esgd"],
    seeds: 2,
    tune: false,
    length: { budgetSeconds: 960 },
    options: { width: 8, omega: 20, octaves: 3, updateEvery: 5, betas: [0.9, 0.99], antialias: false, adapter: "1" },
  };
  const sweep = sweepOf(TASKS.get("image")!, settings);
  // 16 runs of a minute each.
  assertEquals(sweep.options, { width: 8, betas: [0.9, 0.99], antialias: false, adapter: "1", minutes: 1 });
  const runs = runsOf(sweep);
  const places = placesOf(settings);
  assertEquals([runs.length, runs[0].name], [16, "01-a-sine-adam-omega-20-seed-0"]);
  for (const [index, { input, choice }] of runs.entries()) {
    const { activation, optimizer, seed, ...own } = choice;
    const place = places[index];
    assertEquals({ activation, optimizer, seed, input: input.name }, {
      ...place,
      input: settings.inputs[place.input].name,
    });
    assertEquals(own, {
      ...activation === "sine" ? { omega: 20 } : { octaves: 3 },
      ...optimizer === "esgd" && { "update-every": 5 },
    });
  }
});

Deno.test("a comparison by processes, also after Ctrl-C, has the figures of one by itself; times of several devices are not compared", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
    const command = ["--input", "p.png", "--optimizers", "adam,esgd", ...one, "--epochs", "20"];
    await compare(folder, ...command, "--name", "alone");
    const path = join(folder, "runs", "compare", "many");
    const child = startTask(
      "compare",
      [...command, "--name", "many", "--engine", "local"],
      folder,
      {},
      "fast_process.ts",
    );
    const reader = child.stderr.getReader();
    await readUntil(reader, (text) => text.includes("1-sine-adam-seed-0: finished"));
    child.kill("SIGINT");
    reader.releaseLock();
    const stopped = await outcome(child);
    assertEquals(stopped.code, 130, stopped.stderr);
    const again = `To continue, give the same command again, or: deno task compare --resume ${path}`;
    assertStringIncludes(stopped.stdout, again);
    const incomplete = "The comparison is incomplete: 1 of 2 final runs are finished.";
    assertStringIncludes(await Deno.readTextFile(join(path, "report.md")), incomplete);

    const { stdout } = await compare(folder, "--resume", path);
    assertStringIncludes(stdout, "at equal time");
    assertEquals(await rowsOf(path), await rowsOf(join(folder, "runs", "compare", "alone")));
    const html = await Deno.readTextFile(join(path, "report.html"));
    assertEquals(html.match(/<img [^>]*src="data:image\/png;base64,/g)?.length, 5);
    assert(!html.includes("incomplete"));

    const config = join(path, "sweep", "runs", "image", "2-sine-esgd-seed-0", "config.json");
    const stored = JSON.parse(await Deno.readTextFile(config));
    const here = stored.adapter.name;
    await Deno.writeTextFile(config, JSON.stringify({ ...stored, adapter: { ...stored.adapter, name: "another" } }));
    const mixed = await compare(folder, "--resume", path, "--jobs", "2");
    assertStringIncludes(mixed.stdout, "at the end of the runs");
    const report = await Deno.readTextFile(join(path, "report.md"));
    const text = `The runs were made on several devices: ${here} (1 run), another (1 run). Their training times are`;
    assertStringIncludes(report, text);
    assertStringIncludes(report, "Up to 2 runs were made side by side on one machine");
    for (const column of ["time to", "ms per step", "training time per run"]) assert(!report.includes(`| ${column}`));
  }));

Deno.test("a comparison whose runs fail says which and why, reports on the others, and is whole when they can be made", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "two"));
    await Deno.writeFile(join(folder, "two", "a.png"), smoothPng(16, 12));
    await Deno.writeFile(join(folder, "two", "b.png"), smoothPng(16, 12).subarray(0, 60));
    const command = ["--input", "two", "--optimizers", "adam", ...one, "--epochs", "1", "--name", "f"];
    const engine = ["--engine", "local", "--jobs", "2", "--retries", "0"];
    const { code, stderr } = await taskHere("compare", [...command, ...engine], folder);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "error: 1 of 2 runs failed: 2-b-sine-adam-seed-0 (exit code 1: ");
    const path = join(folder, "runs", "compare", "f");
    const report = await Deno.readTextFile(join(path, "report.md"));
    assertStringIncludes(report, "1 of 2 final runs are finished.");
    assertStringIncludes(report, "Failed: 2-b-sine-adam-seed-0 (exit code 1: ");

    await Deno.writeFile(join(folder, "two", "b.png"), smoothPng(9, 15));
    // The engine and what was said of it are remembered.
    await compare(folder, ...command);
    assert(!(await Deno.readTextFile(join(path, "report.md"))).includes("Failed"));
    assertEquals((await tableOf(path)).map(({ id }) => id), ["sine-adam-i0-s0", "sine-adam-i1-s0"]);
    const other = await taskHere("compare", ["--resume", path, "--adapter", "0"], folder);
    assertStringIncludes(other.stderr, "expected no --adapter, because this comparison began with --engine");
    assertEquals(namesIn(join(folder, "runs", "compare")), ["f"]);
  }));
