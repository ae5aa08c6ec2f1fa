import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { fastClock } from "../support/clock.ts";
import "../support/no_png_plots.ts";
import { addOwnFiles } from "../support/own_files.ts";
import { type Outcome, outcome, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";

/** The folder of all tests of this file: a process knows one optimizer of a name. */
const folder = await Deno.makeTempDir();
await addOwnFiles(folder);
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** What a task does in this process, which has loaded all three files. Comparisons measure how long steps take: here by a clock that runs fast. */
async function run(name: string, ...args: string[]): Promise<Outcome> {
  using _ = fastClock(16);
  return await taskHere(name, args, folder);
}

/** The same in a process of its own, for files that define something else of the same name, and where others must not be loaded. */
const alone = (name: string, ...args: string[]) => outcome(startTask(name, args, folder));

async function succeeds(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(name, ...args);
  assertEquals(code, 0, stderr);
  return stdout;
}

const json = async (...path: [string, ...string[]]) => JSON.parse(await Deno.readTextFile(join(...path)));
const tiny = ["--size", "8", "--width", "8", "--layers", "1", "--batch-size", "32", "--kernels", "register"];

// The options of tasks are made from what is there when the first of them is loaded.
await succeeds(
  "image",
  "--optimizer",
  "./lion.ts",
  "--activation",
  "./finer.ts",
  "--objective",
  "./pseudo_huber.ts",
  "--help",
);

Deno.test("comparisons and sweeps know files of one's own by the names in them", async () => {
  const pairs = ["--activations", "./finer.ts", "--optimizers", "adam,./lion.ts", "--seeds", "1", "--epochs", "1"];
  await succeeds("compare", "--input", "picture.png", ...pairs, ...tiny, "--name", "c");
  const { settings, command } = await json(folder, "runs", "compare", "c", "comparison.json");
  assertEquals([settings.optimizers, settings.activations, settings.ownFiles.length], [
    ["adam", "lion"],
    ["finer"],
    2,
  ]);
  assertStringIncludes(command, "--activations ./finer.ts --optimizers adam,./lion.ts");
  const runs = [...Deno.readDirSync(join(folder, "runs", "compare", "c", "runs"))].map(({ name }) => name).toSorted();
  assertEquals(runs, ["finer-adam-s0", "finer-lion-s0"]);
  // Without the files of the record, the name is taken all the same.
  const other = ["--activations", "sine", "--optimizers", "adam", "--seeds", "1", "--epochs", "1"];
  const { code, stderr } = await alone("compare", ...other, ...tiny, "--name", "c");
  const path = join(folder, "runs", "compare", "c");
  const taken = `error: ${path}: this folder holds a comparison with other options; choose another --name.\n`;
  assertEquals([code, stderr], [1, taken]);

  const elsewhere = await succeeds("compare", ...pairs, ...tiny, "--engine", "slurm", "--dry-run");
  assertStringIncludes(elsewhere, "#SBATCH --requeue");
  assertStringIncludes(elsewhere, "--name 2-finer-lion-seed-0");
  const [finer, lion] = ["finer.ts", "lion.ts"].map((name) => join(folder, name));
  assertStringIncludes(elsewhere, `--activation=${finer} --optimizer=${lion}`);

  await Deno.mkdir(join(folder, "grids"));
  const spec = { task: "fit", options: { activation: "../finer.ts" }, grid: { optimizer: ["adam", "../lion.ts"] } };
  await Deno.writeTextFile(join(folder, "grids", "s.json"), JSON.stringify(spec));
  const planned = await succeeds("sweep", "grids/s.json", "--dry-run");
  assertStringIncludes(planned, "2-lion");
  assertStringIncludes(planned, `--optimizer=${join(folder, "lion.ts")}`);
});

Deno.test("an objective of one's own is trained on, measured, recorded, compared and swept", async () => {
  const small = ["--width", "8", "--layers", "1", "--batch-size", "64", "--objective", "./pseudo_huber.ts"];
  const path = join(folder, "runs", "fit", "own");
  await Deno.writeTextFile(join(folder, "xy.csv"), Array.from({ length: 64 }, (_, i) => `${i},${i % 9}`).join("\n"));
  const first = ["xy.csv", ...small, "--delta", "0.05", "--epochs", "2", "--name", "own"];
  const { stderr } = await run("fit", ...first);
  assertStringIncludes(stderr, "On held-out samples: pseudoHuber 0.");
  const { objective, options, ownFiles: [{ option, name, file }] } = await json(path, "config.json");
  assertEquals(objective, { name: "pseudoHuber", delta: 0.05 });
  assertEquals([options.objective, option, name, file], [
    "pseudoHuber",
    "objective",
    "pseudoHuber",
    join(folder, "pseudo_huber.ts"),
  ]);
  const before = await json(path, "summary.json");
  await succeeds("fit", "--resume", path, "--epochs", "3");
  // Without the loss of an entry, the device computes the loss, and the quality is the SNR.
  const text = await Deno.readTextFile(join(folder, "pseudo_huber.ts"));
  await Deno.writeTextFile(join(folder, "device.ts"), text.replace(", entryLoss }", " }"));
  const same = ["xy.csv", ...small.with(-1, "device.ts"), "--delta", "0.05", "--epochs", "2", "--name", "device"];
  const onDevice = await alone("fit", ...same);
  assertStringIncludes(onDevice.stdout, "SNR", onDevice.stderr);
  const measured = await json(folder, "runs", "fit", "device", "summary.json");
  for (const figure of ["loss", "trainLoss"]) {
    assertAlmostEquals(measured[figure], before[figure], 1e-4 * before[figure]);
  }
  assertEquals([measured.gain, Number.isFinite(before.gain)], [undefined, true]);

  // The loss of an entry must be that of the kernel.
  await Deno.writeTextFile(join(folder, "wrong.ts"), text.replace("=> delta ** 2 *", "=> 2 * delta ** 2 *"));
  const wrong = await alone("fit", "xy.csv", ...small.with(-1, "./wrong.ts"), "--epochs", "1", "--name", "w");
  const [, expected, found] = /^error: \S*wrong\.ts: entryLoss: expected a mean of (\S+) over .* found (\S+)\.$/m
    .exec(wrong.stderr)!;
  assertAlmostEquals(Number(found), 2 * Number(expected), 2e-3 * Number(found));

  const solid = await run("occupancy", "--objective", "./pseudo_huber.ts");
  assertEquals(
    solid.stderr.trim(),
    "error: --objective: expected an objective whose outputs are logits, such as binaryCrossEntropy, found " +
      '"./pseudo_huber.ts", whose outputs are values; an entry made by objectiveKind says what they are (docs/extending.md).',
  );
  const pairs = ["--activations", "sine", "--optimizers", "adam", "--seeds", "1", "--epochs", "1", "--name", "d"];
  await succeeds("compare", "--task", "fit", "--input", "xy.csv", ...pairs, ...small);
  const { settings, quality } = await json(folder, "runs", "compare", "d", "comparison.json");
  // Runs of fit have no pictures to show.
  const report = await Deno.readTextFile(join(folder, "runs", "compare", "d", "report.html"));
  assertEquals(report.includes("The run of median quality"), false);
  assertEquals([settings.options.objective, settings.ownFiles.length, quality.figure], ["pseudoHuber", 1, "gain"]);
  const spec = { task: "fit", grid: { objective: ["l1", "./pseudo_huber.ts"] } };
  await Deno.writeTextFile(join(folder, "s.json"), JSON.stringify(spec));
  assertStringIncludes(await succeeds("sweep", "s.json", "--dry-run"), "2-pseudoHuber");

  await Deno.writeTextFile(
    join(folder, "huge.ts"),
    text.replace("return (y - t) /", "return 1e38 * (y - t) * 1e38 /"),
  );
  const huge = await alone("fit", "xy.csv", ...small.with(-1, "./huge.ts"), "--epochs", "1", "--name", "huge");
  assertStringIncludes(huge.stderr, "check ./huge.ts.");
  await Deno.writeTextFile(join(folder, "pseudo_huber.ts"), `${text}// Changed\n`);
  const changed = await run("fit", "--resume", path, "--epochs", "4");
  assertStringIncludes(
    changed.stderr,
    `pseudo_huber.ts: expected the text with which ${path} was made, found another`,
  );
  await Deno.writeTextFile(
    join(folder, "distance.ts"),
    'import { eikonal } from "@neural-fields/neural-fields/objective";\nexport default eikonal();\n',
  );
  const distance = await alone("fit", "xy.csv", ...small.with(-1, "distance.ts"));
  assertEquals(
    distance.stderr.trim(),
    "error: --objective eikonal: expected one whose only target is the field's output of width 1, for each row, found none.",
  );
});
