import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { imageTask } from "../../tasks/image/task.ts";
import { makeFinalRun, makeTrial } from "../../tasks/compare/make_run.ts";
import { runValues } from "../../tasks/compare/run_values.ts";
import type { Settings } from "../../tasks/compare/record.ts";
import { readRequest } from "../../tasks/compare/settings.ts";
import { ProgressLine } from "../../tasks/shell/progress.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import type { TrainingTask } from "../../tasks/training/task.ts";
import { fastClock } from "../support/clock.ts";
import { smoothPng } from "../support/image_task.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { type Outcome, outcome, readUntil, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const tiny = ["--width", "8", "--layers", "1", "--size", "0", "--batch-size", "64", "--kernels", "register"];
const two = ["--activations", "sine", "--optimizers", "adam,esgd", "--seeds", "2", ...tiny];
const one = ["--activations", "sine", "--optimizers", "adam", "--seeds", "1", ...tiny];

type Row = Readonly<Record<string, string>>;

function withPicture(work: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    await work(folder);
  });
}

const start = (folder: string, ...args: string[]) => startTask("compare", args, folder, {}, "fast_process.ts");

async function compare(folder: string, ...args: string[]): Promise<Outcome> {
  using _clock = fastClock(10);
  const result = await taskHere("compare", args, folder);
  assertEquals(result.code, 0, result.stderr);
  return result;
}

/** The only comparison in a folder. */
function onlyComparison(folder: string): string {
  const parent = join(folder, "runs", "compare");
  const [name, ...others] = namesIn(parent);
  assertEquals(others, []);
  return join(parent, name);
}

/** The rows of `results.csv`, none of which has a comma in a value. */
async function readRows(path: string): Promise<Row[]> {
  const [head, ...lines] = (await Deno.readTextFile(join(path, "results.csv"))).trimEnd().split("\n");
  const columns = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, i) => [columns[i], value])));
}

/** A tiny run on the folder's picture. */
function sineOnPicture(folder: string, gpu: Gpu, optimizer: string) {
  const task = imageTask as unknown as TrainingTask;
  const settings: Settings = {
    task: "image",
    inputs: [{ name: "picture.png", path: join(folder, "picture.png") }],
    activations: ["sine"],
    optimizers: [optimizer],
    seeds: 1,
    tune: false,
    length: {},
    options: { width: 8, layers: 1, size: 0 },
  };
  const pair = { activation: "sine", optimizer };
  const scope = { task, settings, adapter: gpu.adapter };
  return { task, values: runValues(scope, pair, { input: settings.inputs[0], seed: 0 }) };
}

const median = (values: number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
};

Deno.test("every combination is run once, also after an interruption, and the report's figures are those of results.csv", () =>
  withPicture(async (folder) => {
    const command = ["--input", "picture.png", ...two.with(two.indexOf("adam,esgd"), "adam,sgd"), "--epochs", "40"];
    const child = start(folder, ...command);
    const reader = child.stderr.getReader();
    await readUntil(reader, (text) => text.includes("adam, seed 0: PSNR"));
    child.kill("SIGINT");
    reader.releaseLock();
    const stopped = await outcome(child);
    assertEquals(stopped.code, 130, stopped.stderr);
    assertStringIncludes(stopped.stdout, "To continue, give the same command again, or: deno task compare --resume ");
    const path = onlyComparison(folder);
    const before = (await Deno.readTextFile(join(path, "results.jsonl"))).trimEnd().split("\n");
    assert(before.length >= 1 && before.length < 4, `${before.length} runs are done`);

    const { stdout } = await compare(folder, ...command);
    const after = (await Deno.readTextFile(join(path, "results.jsonl"))).trimEnd().split("\n");
    assertEquals(after.slice(0, before.length), before);
    const rows = await readRows(path);
    assertEquals(rows.map(({ id }) => id).sort(), ["sine-adam-s0", "sine-adam-s1", "sine-sgd-s0", "sine-sgd-s1"]);
    for (const row of rows) {
      assertEquals([row.phase, row.diverged, row.steps, row.epochs, row["option.width"]], [
        "final",
        "false",
        "120",
        "40",
        "8",
      ]);
      const metrics = (await Deno.readTextFile(join(path, "runs", row.id, "metrics.jsonl"))).trimEnd().split("\n");
      assertEquals(String(JSON.parse(metrics.at(-1)!).psnr), row.psnr);
      assertEquals(namesIn(join(path, "runs", row.id)).includes("checkpoints"), false);
    }

    const report = await Deno.readTextFile(join(path, "report.md"));
    const html = await Deno.readTextFile(join(path, "report.html"));
    for (const optimizer of ["adam", "sgd"]) {
      const psnrs = rows.filter((row) => row.optimizer === optimizer).map(({ psnr }) => Number(psnr));
      const [low, high] = [Math.min(...psnrs), Math.max(...psnrs)].map((value) => value.toFixed(2));
      const final = `${median(psnrs).toFixed(2)} (${low} to ${high})`;
      assertMatch(report, new RegExp(`\\| ${optimizer} \\|.*\\| ${final.replaceAll(/[.()]/g, "\\$&")} \\|`));
      assertStringIncludes(html, final);
    }
    const equal = (optimizer: string) =>
      median(rows.filter((row) => row.optimizer === optimizer).map((row) => Number(row["qualityAt100%"])));
    const [best, other] = ["adam", "sgd"].toSorted((a, b) => equal(b) - equal(a));
    const range = (optimizer: string) => {
      const values = rows.filter((row) => row.optimizer === optimizer).map((row) => Number(row["qualityAt100%"]));
      return [Math.min(...values), Math.max(...values)];
    };
    const rank = range(best)[0] > range(other)[1] ? "is best" : "has the highest median";
    const answer = `${best} ${rank} at equal time (${equal(best).toFixed(1)} dB after`;
    assertStringIncludes(stdout, answer);
    assertStringIncludes(report, answer);
    assertStringIncludes(report, `${(equal(best) - equal(other)).toFixed(1)} dB above ${other}`);
    // Nothing is fetched: plots are in the file, and so are pictures of both optimizers and of what was trained on.
    assertEquals(html.match(/<svg/g)?.length, 1);
    assertEquals(html.match(/<img [^>]*src="data:image\/png;base64,/g)?.length, 5);
    assertEquals(/(src|href)="(?!data:)/.test(html), false);
    assertStringIncludes(html, `deno task compare ${command.join(" ")}`);

    const again = await compare(folder, "--resume", path);
    assertStringIncludes(again.stdout, answer);
    assertEquals((await Deno.readTextFile(join(path, "results.jsonl"))).trimEnd().split("\n"), after);
  }));

Deno.test("--tune gives both optimizers the same effort and makes the final runs with what it chose", () =>
  withPicture(async (folder) => {
    const once = two.with(two.indexOf("2"), "1");
    await compare(folder, "--input", "picture.png", ...once, "--tune", "--budget", "10s", "--name", "tuned");
    const path = join(folder, "runs", "compare", "tuned");
    const { paces } = JSON.parse(await Deno.readTextFile(join(path, "comparison.json")));
    const rows = await readRows(path);
    for (const optimizer of ["adam", "esgd"]) {
      const { trialSteps, trialSeconds, steps: planned } = paces[`sine-${optimizer}`];
      const trials = rows.filter((row) => row.optimizer === optimizer && row.phase === "tuning");
      const finals = rows.filter((row) => row.optimizer === optimizer && row.phase === "final");
      for (const { rung, steps, seed, diverged } of trials) {
        if (diverged === "false") assertEquals(Number(steps), trialSteps[Number(rung)]);
        assertEquals(seed, "1");
      }
      assertEquals(trialSteps.at(-1), planned);
      const longer = trials.filter(({ rung, diverged }) => Number(rung) > 0 && diverged === "false");
      const slowness = median(longer.map(({ rung, seconds }) => Number(seconds) / trialSeconds[Number(rung)]));
      const steps = Math.max(1, Math.round(planned / slowness));
      const last = trials.filter(({ rung, diverged }) => rung === "2" && diverged === "false");
      const [chosen] = last.toSorted((a, b) => Number(b.psnr) - Number(a.psnr));
      assertEquals(finals.map(({ seed, learningRate, schedule }) => ({ seed, learningRate, schedule })), [
        { seed: "0", learningRate: chosen.learningRate, schedule: chosen.schedule },
      ]);
      for (const side of [-1, 1]) {
        const isThere = (row: Row) => side * (Number(row.exponent) - Number(chosen.exponent)) > 0;
        assert(
          trials.some((row) => isThere(row) && row.schedule === chosen.schedule),
          `${optimizer} ${chosen.exponent}`,
        );
      }
      const config = JSON.parse(await Deno.readTextFile(join(path, "runs", `sine-${optimizer}-s0`, "config.json")));
      assertEquals(String(config.optimizer.learningRate), chosen.learningRate);
      assertEquals([config.options.schedule, config.steps, config.scheduleSteps], [chosen.schedule, steps, steps]);
      // Hessian-vector products are counted for ESGD, and Adam has none.
      const metrics = await Deno.readTextFile(join(path, "runs", `sine-${optimizer}-s0`, "metrics.jsonl"));
      const { hvps } = JSON.parse(metrics.trimEnd().split("\n").at(-1)!);
      assertEquals(finals.map((row) => Number(row.hvps)), [hvps]);
      const made = rows.filter((row) => row.optimizer === optimizer && row.diverged === "false");
      assert(made.every((row) => Number(row.hvps) > 0 === (optimizer === "esgd")), `${optimizer}: ${hvps} products`);
    }
    const seconds = ["adam", "esgd"].map((optimizer) => paces[`sine-${optimizer}`].seconds);
    // 2 pairs, each with 1 final run and 4 final runs' time of tuning; a whole number of steps fits into that.
    for (const each of seconds) assert(each <= 1 + 1e-9 && each > 0.75, `${seconds}`);
    assertMatch(await Deno.readTextFile(join(path, "report.md")), /\| adam \| (constant|cosine) \| .*\(chosen\)/);
  }));

Deno.test("a folder of pictures gives means over them; runs that diverge are counted, not fatal", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "pictures"));
    await Deno.writeFile(join(folder, "pictures", "a.png"), smoothPng(16, 12));
    await Deno.writeFile(join(folder, "pictures", "b.png"), smoothPng(9, 15));
    await Deno.writeTextFile(join(folder, "pictures", "notes.txt"), "no picture");
    const args = ["--activations", "sine", "--optimizers", "sgd,muon", "--seeds", "1", "--epochs", "4"];
    await compare(folder, "--input", "pictures", ...args, ...tiny, "--learning-rate", "1e18", "--name", "wild");
    const path = join(folder, "runs", "compare", "wild");
    const rows = await readRows(path);
    assertEquals(rows.map(({ input, optimizer }) => `${input} ${optimizer}`), [
      "a.png sgd",
      "a.png muon",
      "b.png sgd",
      "b.png muon",
    ]);
    const wild = rows.filter(({ diverged }) => diverged === "true");
    // Muon's steps are bounded, so its field stays finite, and far worse than a constant.
    assertEquals(wild.length, 4);
    assert(wild.every(({ divergedAt, psnr = "" }) => Number(divergedAt) >= 1 && psnr === ""));
    const report = await Deno.readTextFile(join(path, "report.md"));
    const count = (optimizer: string) => wild.filter((row) => row.optimizer === optimizer).length;
    for (const optimizer of ["sgd", "muon"]) {
      assertMatch(report, new RegExp(`\\| ${optimizer} \\|.*\\| ${count(optimizer)} of 2 \\|`));
    }

    const calm = args.with(args.indexOf("sgd,muon"), "adam");
    await compare(folder, "--input", "pictures", ...calm, ...tiny, "--name", "calm");
    const calmRows = await readRows(join(folder, "runs", "compare", "calm"));
    // 192 and 135 pixels are 3 batches each.
    assertEquals(calmRows.map(({ steps, epochs }) => [steps, epochs]), [["12", "4"], ["12", "4"]]);
    const psnrs = calmRows.map(({ psnr }) => Number(psnr));
    const mean = (psnrs[0] + psnrs[1]) / 2;
    const deviation = Math.abs(psnrs[0] - psnrs[1]) / Math.SQRT2;
    const text = `${mean.toFixed(2)} (${(mean - deviation).toFixed(2)} to ${(mean + deviation).toFixed(2)})`;
    assertStringIncludes(await Deno.readTextFile(join(folder, "runs", "compare", "calm", "report.md")), text);
  }));

Deno.test("with --epochs every input has as many, however large it is", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "pictures"));
    await Deno.writeFile(join(folder, "pictures", "a.png"), smoothPng(16, 12));
    await Deno.writeFile(join(folder, "pictures", "b.png"), smoothPng(32, 12));
    const args = ["--activations", "sine", "--optimizers", "adam", "--seeds", "1", "--epochs", "9", "--tune"];
    await compare(folder, "--input", "pictures", ...args, ...tiny);
    const rows = await readRows(onlyComparison(folder));
    const finals = rows.filter(({ phase }) => phase === "final");
    assertEquals(finals.map(({ steps, epochs }) => [steps, epochs]), [["27", "9"], ["54", "9"]]);
    assertMatch(
      await Deno.readTextFile(join(onlyComparison(folder), "report.md")),
      /\| adam \| [\d.]+ \| 54 \| 9\.0 \|/,
    );
  }));

Deno.test("a comparison that cannot be made to its end is refused before its first run", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "pictures"));
    await Deno.writeFile(join(folder, "pictures", "a.png"), smoothPng(16, 12));
    await Deno.writeFile(join(folder, "pictures", "b.png"), smoothPng(16, 12).subarray(0, 60));
    const { code, stderr } = await taskHere("compare", ["--input", "pictures", ...two, "--epochs", "1"], folder);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "b.png");
    assertEquals(namesIn(folder), ["pictures"]);
  }));

Deno.test("a comparison is gone on with by one process at a time, on the device and with the versions that it began with", () =>
  withPicture(async (folder) => {
    await compare(folder, "--input", "picture.png", ...one, "--epochs", "1");
    const path = onlyComparison(folder);
    const resume = async (by: typeof taskHere = taskHere) => {
      const { code, stderr } = await by("compare", ["--resume", path], folder);
      return [code, stderr.trimEnd().split("\n").at(-1)];
    };
    const report = await Deno.readTextFile(join(path, "report.md"));
    {
      using lock = await Deno.open(join(path, ".lock"), { write: true });
      await lock.lock(true);
      await lock.truncate();
      const message = "another process is making this comparison; wait for it to end, or choose another --name.";
      const another = (...call: Parameters<typeof startTask>) => outcome(startTask(...call));
      assertEquals(await resume(another), [1, `error: ${path}: ${message}`]);
    }
    assertEquals((await resume())[0], 0);
    const file = join(path, "comparison.json");
    const record = await Deno.readTextFile(file);
    const { adapter, versions } = JSON.parse(record);
    await Deno.writeTextFile(file, record.replace(JSON.stringify(adapter.name), '"another"'));
    const described = (name: string) =>
      `${name} with Deno ${versions.deno} and version ${versions.project} of this project`;
    assertEquals(await resume(), [
      1,
      `error: ${path}: expected ${described("another")}, as when the comparison began, found ${
        described(adapter.name)
      }; ` +
      "choose another --name.",
    ]);
    await Deno.writeTextFile(file, '{"settings": 3}');
    assertEquals(await resume(), [1, `error: ${file}, settings: expected an object, found 3.`]);
    assertEquals(await Deno.readTextFile(join(path, "report.md")), report);
  }));

Deno.test("a run that is stopped leaves the earlier one in its place", () =>
  withPicture(async (folder) => {
    using gpu = await openDevice({ allowSoftware: true, kernels: "register" });
    const { task, values } = sineOnPicture(folder, gpu, "adam");
    using progress = new ProgressLine({ stream: { inPlace: () => false, columns: () => 80, write() {} } });
    const path = join(folder, "run");
    const request = { gpu, task, values, steps: () => 5, progress, prefix: "" };
    const made = await makeFinalRun({ ...request, signal: new AbortController().signal }, path, 1);
    const before = namesIn(path);
    assertEquals([made!.steps, before.includes("reconstruction.png")], [5, true]);
    assertEquals(await makeFinalRun({ ...request, signal: AbortSignal.abort() }, path, 1), undefined);
    assertEquals(namesIn(path), before);
    const again = await makeFinalRun({ ...request, signal: new AbortController().signal }, path, 1);
    assertEquals([again!.figures.psnr, namesIn(path)], [made!.figures.psnr, before]);
    assertEquals(namesIn(folder), ["picture.png", "run"]);
  }));

Deno.test("a folder that cannot be written to is told before speeds are measured", () =>
  withPicture(async (folder) => {
    const args = ["--input", "picture.png", ...one, "--epochs", "2", "--name", "c"];
    const path = join(folder, "runs", "compare", "c");
    const fails = async (reason: string) => {
      const { code, stderr } = await taskHere("compare", args, folder);
      assertEquals([code, stderr], [1, `error: ${path}: ${reason}: Permission denied.\n`]);
    };
    const { mkdir, makeTempFile } = Deno;
    const refused = () => Promise.reject(new Error(`Permission denied (os error 13): mkdir '${path}'`));
    Object.assign(Deno, { mkdir: refused, makeTempFile: refused });
    try {
      await fails("the folder cannot be created");
      assertEquals(namesIn(folder), ["picture.png"]);
      Object.assign(Deno, { mkdir });
      await mkdir(path, { recursive: true });
      await fails("cannot be written");
    } finally {
      Object.assign(Deno, { mkdir, makeTempFile });
    }
    assertEquals(namesIn(path), []);
  }));

Deno.test("mistakes are one sentence each, and --dry-run makes nothing", () =>
  withPicture(async (folder) => {
    const fails = async (expected: string, ...args: string[]) => {
      const { code, stderr } = await taskHere("compare", args, folder);
      assertEquals([code, stderr.trimEnd().split("\n").at(-1)], [1, `error: ${expected}`]);
    };
    const names = "gabor, gaussian, relu, sigmoid, sinc, sine, softplus, relu-pe";
    await fails(
      `--activations: expected names among ${names}, separated by commas, found "gausian"; did you mean gaussian?`,
      "--activations",
      "gausian",
    );
    await fails("--optimizers: adam is given twice: give it once.", "--optimizers", "adam,adam");
    await fails('--budget: expected a time above 0 such as 90s, 20m or 1h30m, found "20x".', "--budget", "20x");
    await fails("--budget and --epochs exclude each other: give only one of them.", "--budget", "1m", "--epochs", "2");
    const refused = async (...args: string[]) =>
      (await assertRejects(() => readRequest(["--task", "image", ...args]), UserError)).message;
    assertStringIncludes(await refused("--engine=slurm", "--tune"), "--engine: expected no --tune beside it, because");
    assertEquals(
      await refused("--jobs", "2"),
      "--jobs: expected --engine local or --engine slurm beside it, found neither.",
    );
    await fails(
      "--learning-rate cannot be given with --tune, which searches for it.",
      "--tune",
      "--learning-rate",
      "1",
    );
    await fails(
      "--octaves: none of the activations, optimizers and schedules has such a hyper-parameter.",
      "--activations",
      "sine",
      "--octaves",
      "4",
    );
    await fails(
      "--warmup-share: none of the activations, optimizers and schedules has such a hyper-parameter.",
      "--tune",
      "--warmup-share",
      "0.1",
    );
    await fails(
      `--input ${join(folder, "none.png")}: cannot be read: there is no such file or folder.`,
      "--input",
      "none.png",
    );
    const { stdout } = await compare(folder, "--input", "picture.png", ...one, "--epochs", "2", "--dry-run");
    assertMatch(stdout, /sine +adam +\d+ +[\d.]+ +6 +2\.0 +[\d.]+ +[\d.]+/);
    assertEquals(namesIn(folder), ["picture.png"]);
  }));

Deno.test("device memory does not grow from run to run", () =>
  withPicture(async (folder) => {
    using gpu = await openDevice({ allowSoftware: true, kernels: "register" });
    const { task, values } = sineOnPicture(folder, gpu, "soap");
    const { signal } = new AbortController();
    using progress = new ProgressLine({ stream: { inPlace: () => false, columns: () => 80, write() {} } });
    const scores: number[] = [];
    const before = gpu.liveBytes;
    for (let run = 0; run < 3; run++) {
      const result = await makeTrial({ gpu, task, values, steps: () => 5, signal, progress, prefix: "" });
      scores.push(result!.figures.psnr);
      assertEquals(gpu.liveBytes, before);
    }
    assertEquals(new Set(scores).size, 1);
    const diverged = await makeTrial({
      gpu,
      task,
      values: { ...values, learningRate: 1e30 },
      steps: () => 20,
      signal,
      progress,
      prefix: "",
    });
    assertNotEquals(diverged!.divergedAt, undefined);
    assertEquals(gpu.liveBytes, before);
  }));
