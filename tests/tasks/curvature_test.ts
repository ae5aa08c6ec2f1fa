import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { cp } from "node:fs/promises";
import { join } from "@std/path";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { findRun, RunCheckpoints } from "../../tasks/curvature/run_checkpoints.ts";
import { findRuns } from "../../tasks/curvature/runs.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { smoothPng, withEsgd } from "../support/image_task.ts";
import { type Outcome, outcome, readUntil, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";
import "../support/no_png_plots.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const FIELDS =
  ("--input picture.png --width 4 --layers 2 --batch-sizes 1,64 --samples 64 --kernels register --small-width 2 --octaves 1 " +
    "--activations sine,relu-pe --seeds 2").split(" ");
const TRAINED = "picture.png --size 16 --width 4 --layers 1 --batch-size 64 --kernels register".split(" ");

/** The pictures of the plots of fields at initialisation. */
const PICTURES = [
  "conditioning.png",
  "density-by-layer.png",
  "density.png",
  "dominant.png",
  "entry-sizes.png",
  "estimates.png",
  "noise-of-curvature.png",
  "spectrum.png",
];

const curvature = (folder: string, ...args: string[]) => taskHere("curvature", args, folder);

/** Trains on a small picture in the folder. */
async function image(folder: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await taskHere("image", args, folder);
  assertEquals(code, 0, stderr);
}

async function addPicture(folder: string): Promise<void> {
  await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 13));
}

/** The pictures that a report would have beside it if PNGs were drawn here. */
const notDrawn = (stderr: string) => Array.from(stderr.matchAll(/^(\S+) could not be drawn: /gm), ([, name]) => name);

const report = (folder: string, name: string) => join(folder, "runs", "curvature", name);

/** The lines of a report's results without times, and without the result that consists of times. */
async function results(path: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(join(path, "results.jsonl"))).trimEnd().split("\n");
  return lines.map((line) => {
    const part = { ...JSON.parse(line), seconds: 0 };
    return JSON.stringify(part.measurement === "costs" ? { ...part, result: {} } : part);
  });
}

/** What a report says, without its place and without the costs, which are measured times. */
function saidBy(stdout: string, path: string): string {
  const cost = /Besides its gradient, [^:]+? on this device\. /g;
  return stdout.replaceAll(path, "").replaceAll(cost, "");
}

/** The lines of a report's table without costs. */
async function rowsWithoutCosts(path: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(join(path, "curvature.csv"))).split("\n");
  return lines.filter((line) => !/,(cost in gradients|seconds of a gradient),/.test(line));
}

/** A folder with the report "whole" on `FIELDS`, without PNGs, made for the first test that needs it. */
const shared = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(shared, { recursive: true }));
let made: Promise<Outcome> | undefined;

function wholeReport(): Promise<Outcome> {
  return made ??= addPicture(shared).then(() => curvature(shared, ...FIELDS, "--name", "whole"));
}

Deno.test("curvature is measured at initialisation, with findings, plots and all numbers in a table", async () => {
  const { code, stdout, stderr } = await wholeReport();
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, " of the entries of Hv are 0 and ");
  assertStringIncludes(stdout, "The largest eigenvalue over the median one is ");
  const place = report(shared, "whole");
  assertEquals(namesIn(place), [".lock", "curvature.csv", "curvature.json", "report.html", "results.jsonl"]);
  assertEquals(notDrawn(stderr).sort(), PICTURES);
  const html = await Deno.readTextFile(join(place, "report.html"));
  assertEquals(html.match(/<svg/g)?.length, PICTURES.length);
  const rows = (await Deno.readTextFile(join(place, "curvature.csv"))).trim().split("\n").map((line) =>
    line.split(",")
  );
  assertMatch(stderr, /part \d+ of 38 {2}ETA \S+ s {2}\S+, seed \d: /);
  const shares = rows.filter(([series, , , figure, of]) =>
    series === "relu-pe" && figure === "share of Hv = 0" && /64/.test(of)
  );
  assert(shares.length > 2);
  for (const row of shares) assert(Number(row.at(-1)) >= 0 && Number(row.at(-1)) <= 1, row.join());

  const other = await curvature(shared, ...FIELDS, "--omega", "20", "--name", "whole");
  assertEquals(other.code, 1);
  assertStringIncludes(other.stderr, "this folder holds a report with other options; choose another --name.");
});

Deno.test({
  name: "what is interrupted is kept and reported, and goes on to the same results",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const whole = await wholeReport();
    assertEquals(whole.code, 0, whole.stderr);
    const expected = await results(report(shared, "whole"));
    // Without --name, the same command finds its report again.
    const commands: [signal: Deno.Signal, code: number, args: string[]][] = [
      ["SIGINT", 130, FIELDS],
      ["SIGHUP", 129, ["--resume", ""]],
    ];
    let before: string[] = [];
    let path = "";
    for (const [i, [signal, expectedCode, args]] of commands.entries()) {
      const child = startTask("curvature", args[0] === "--resume" ? ["--resume", path] : args, shared);
      const reader = child.stderr.getReader();
      path ||= join(shared, "runs", "curvature", await newFolder(shared));
      while ((await results(path).catch(() => [])).length < before.length + 2) await pause();
      if (i === 0) {
        const second = await curvature(shared, "--resume", path);
        assertEquals(second.code, 1);
        assertMatch(second.stderr, /is measuring for this report; wait for it to end/);
      }
      child.kill(signal);
      const [stdout, stderr, { code }] = await Promise.all([
        new Response(child.stdout).text(),
        readUntil(reader, () => false),
        child.status,
      ]);
      assertEquals(code, expectedCode, stderr);
      assertStringIncludes(
        stdout,
        `Stopped. To continue, give the same command again, or: deno task curvature --resume ${path}`,
      );
      assertStringIncludes(stdout, `The report is in ${join(path, "report.html")}`);
      assertEquals(namesIn(path).filter((name) => name.endsWith(".png")), []);
      const now = await results(path);
      assert(now.length < expected.length - LAST, "the report was nearly finished before the signal");
      assertEquals(now, expected.slice(0, now.length));
      before = now;
    }
    // Most of what is still missing is taken from the whole report. A power cut loses the line that was being written.
    const file = join(path, "results.jsonl");
    const all = (await Deno.readTextFile(join(report(shared, "whole"), "results.jsonl"))).trimEnd().split("\n");
    const text = await Deno.readTextFile(file) + all.slice(before.length, -LAST).map((line) => `${line}\n`).join("");
    await Deno.writeTextFile(file, text.slice(0, -10));
    // In a process of its own, with the permissions of the task, which draws PNGs.
    const { code, stdout, stderr } = await outcome(startTask("curvature", FIELDS, shared));
    assertEquals(code, 0, stderr);
    assertEquals(await results(path), expected);
    assertEquals(saidBy(stdout, path), saidBy(whole.stdout, report(shared, "whole")));
    assertEquals(await rowsWithoutCosts(path), await rowsWithoutCosts(report(shared, "whole")));
    assertEquals(namesIn(path), [...namesIn(report(shared, "whole")), ...PICTURES].sort());
  },
});

/** The parts that are missing in the end, besides one that a power cut loses: two of one moment, and the next moment. */
const LAST = 8;

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Waits for a report besides "whole". */
async function newFolder(folder: string): Promise<string> {
  for (;;) {
    const name = namesIn(join(folder, "runs", "curvature")).find((each) => each !== "whole");
    if (name !== undefined) return name;
    await pause();
  }
}

Deno.test("a run keeps checkpoints along its way, also after it is resumed, and all are measured with the run's own field and data", () =>
  inFolder(async (folder) => {
    await addPicture(folder);
    const path = join(folder, "runs", "image", "r");
    const kept = () => namesIn(join(path, "checkpoints")).map((name) => Number(name.match(/\d+/)));
    const options = withEsgd([...TRAINED, "--evaluate-every", "1", "--schedule", "constant"]);
    await image(folder, ...options, "--epochs", "6", "--keep-checkpoints", "2", "--name", "r");
    // An epoch has 4 steps.
    assertEquals(kept(), [12, 16, 20, 24]);
    assertEquals(JSON.parse(await Deno.readTextFile(join(path, "config.json"))).options.keepCheckpoints, 2);
    await image(folder, "--resume", path, "--epochs", "12");
    assertEquals(kept(), [24, 40, 44, 48]);
    // Two say how findings, tables and plots speak of several.
    for (const step of [40, 44]) await Deno.remove(join(path, "checkpoints", `step-000000${step}.safetensors`));

    const run = ["--run", "runs/image/r", "--batch-sizes", "64", "--samples", "64", "--name", "b"];
    const { code, stdout, stderr } = await curvature(folder, ...run);
    assertEquals(code, 0, stderr);
    assertMatch(
      stdout,
      /at step 24; .* at step 48 at batch size 64\..* noise scale goes from .* at step 24 to .* at step 48\./,
    );
    const table = await Deno.readTextFile(join(report(folder, "b"), "curvature.csv"));
    assertStringIncludes(table, "r,0,48,noise scale,");
    const noise = table.split("\n").filter((row) => row.includes("noise scale")).map((row) =>
      Number(row.split(",")[2])
    );
    assertEquals(noise, kept());
    const plots = notDrawn(stderr);
    for (const plot of ["density", "noise", "run-conditioning", "spectrum"]) {
      assert(plots.includes(`${plot}.png`), plots.join());
    }
    const mixed = await curvature(folder, ...run, "--width", "4");
    assertEquals(mixed.code, 1);
    assertStringIncludes(
      mixed.stderr,
      "--run takes the field and its data from the run, so --width cannot be given with it.",
    );
    // Checkpoints that took the place of those that were measured are not mixed with them.
    const lines = await results(report(folder, "b"));
    const first = lines.filter((line) => JSON.parse(line).step === 24);
    const all = first.slice(0, -1).map((line) => `${line}\n`).join("");
    await Deno.writeTextFile(join(report(folder, "b"), "results.jsonl"), all);
    await Deno.remove(join(path, "checkpoints", "step-00000048.safetensors"));
    await Deno.remove(join(report(folder, "b"), "report.html"));
    const gone = await curvature(folder, "--resume", report(folder, "b"));
    assertEquals(gone.code, 0, gone.stderr);
    const sentence =
      `Left out: ${path}, step 48: expected the checkpoint that was there when the report began, found none; `;
    assertStringIncludes(gone.stderr, sentence);
    // What could be measured is reported all the same, and what could not is named.
    assertStringIncludes(gone.stdout, sentence);
    assertEquals(gone.stdout.includes("Incomplete"), false);
    const html = await Deno.readTextFile(join(report(folder, "b"), "report.html"));
    assertStringIncludes(html, "Left out");
    assertEquals(html.includes('<td>r</td><td class="number">24</td>'), true);
    assertEquals(html.includes('<td>r</td><td class="number">48</td>'), false);
  }));

Deno.test("a checkpoint comes with the state of the run's optimizer, and all memory is given back", () =>
  inFolder(async (folder) => {
    const options = [...TRAINED, "--optimizer", "adam", "--epochs", "3", "--name", "r"];
    await addPicture(folder);
    await image(folder, ...options);
    using gpu = await openDevice();
    const found = await findRun(join(folder, "runs", "image", "r"));
    {
      using source = new RunCheckpoints(gpu, [{ ...found, series: "r" }], new AbortController().signal);
      using moment = await source.open({ series: "r", seed: 0, step: 12 });
      using optimizer = moment.restoreOptimizer!();
      assertEquals([optimizer.spec.name, optimizer.counters.step], ["adam", 12]);
    }
    assertEquals(gpu.liveBuffers, 0);
    {
      // A run is measured with the data that it was trained on only.
      const picture = join(folder, "picture.png");
      const bytes = await Deno.readFile(picture);
      await Deno.writeFile(picture, smoothPng(13, 16));
      using source = new RunCheckpoints(gpu, [{ ...found, series: "r" }], new AbortController().signal);
      const different = "picture.png: expected 16×13×3 (width×height×channels), as when the run began, found 13×16×3.";
      await assertRejects(() => source.open({ series: "r", seed: 0, step: 12 }), Error, different);
      await Deno.writeFile(picture, bytes);
      assertEquals(gpu.liveBuffers, 0);
    }

    // Runs that differ in the seed only are one series; a folder stands for all runs in it.
    const runs = join(folder, "runs", "image");
    const copied = async (name: string, from: string, to: string) => {
      await cp(join(runs, "r"), join(runs, name), { recursive: true });
      const config = join(runs, name, "config.json");
      await Deno.writeTextFile(config, (await Deno.readTextFile(config)).replace(from, to));
    };
    await copied("r-s1", '"seed": 0', '"seed": 1');
    await copied("wide", '"width": 4', '"width": 5');
    await Deno.mkdir(join(runs, "no-run"));
    const several = await findRuns(runs);
    assertEquals(several.runs.map(({ series, seed }) => [series, seed]), [["r", 0], ["r", 1], ["wide", 0]]);
    const listed = await findRuns([join(runs, "wide"), join(runs, "r")].join(","));
    assertEquals(listed.runs.map(({ series }) => series), ["wide", "r"]);
    await assertRejects(
      () => findRuns(`${join(runs, "r")},${join(runs, "r")}`),
      UserError,
      "is given twice: give it once.",
    );
    await assertRejects(
      () => findRuns("a,,b"),
      UserError,
      '--run: expected folders, separated by commas, found "a,,b".',
    );
    await assertRejects(() => findRuns(join(runs, "no-run")), UserError, "no-run: this folder is not a run");

    // Of several runs and checkpoints, those that cannot be read are left out.
    await Deno.truncate(join(runs, "r-s1", "checkpoints", "step-00000008.safetensors"), 40);
    await Deno.remove(join(runs, "wide", "checkpoints"), { recursive: true });
    const { runs: readable, leftOut } = await findRuns(runs);
    assertEquals(readable.map(({ seed, checkpoints }) => [seed, checkpoints.map(({ step }) => step)]), [
      [0, [4, 8, 12]],
      [1, [4, 12]],
    ]);
    assertEquals(leftOut.length, 2);
    assertStringIncludes(leftOut[0].reason, "step-00000008.safetensors: ");
    assertStringIncludes(leftOut[1].reason, "wide: expected a checkpoint, found none.");
    await assertRejects(() => findRuns(join(runs, "wide")), UserError, "wide: expected a checkpoint, found none.");

    // A checkpoint of another optimizer is noticed before anything is measured.
    const config = join(folder, "runs", "image", "r", "config.json");
    const text = await Deno.readTextFile(config);
    await Deno.writeTextFile(config, text.replace('"optimizer": "adam"', '"optimizer": "sgd"'));
    await assertRejects(
      () => findRun(join(folder, "runs", "image", "r")),
      UserError,
      ".safetensors: expected a checkpoint of sgd, found one of adam.",
    );
  }));

Deno.test("what cannot be measured is refused with one sentence, and nothing is made", () =>
  inFolder(async (folder) => {
    const refused: [args: string[], sentence: string][] = [
      [
        ["--batch-sizes", "4,x"],
        '--batch-sizes: expected whole numbers from 1 to 1048576, separated by commas, found "x".',
      ],
      [
        ["--size", "16", "--batch-sizes", "4096"],
        "--batch-sizes: expected at least one of at most 208, the number of samples, found 4096.",
      ],
      [["--activations", "sine,sine"], "--activations: sine is given twice: give it once."],
      [["--activations", "sime"], 'separated by commas, found "sime"; did you mean sine?'],
      [["--resume", "runs/curvature/a"], "runs/curvature/a: expected a report to resume, found none."],
      [["--resume", "runs/a", "--seeds", "2"], "--resume continues a report with its own options, so --seeds cannot"],
    ];
    for (const [args, sentence] of refused) {
      const { code, stderr } = await curvature(folder, ...args);
      assertEquals([code, namesIn(folder)], [1, []], stderr);
      assertStringIncludes(stderr, sentence);
    }
  }));
