import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { smoothPng } from "../support/image_task.ts";
import { outcome, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const TINY = "picture.png --activation gaussian --size 0 --width 8 --layers 1 --batch-size 64 --epochs 2".split(" ");

Deno.test("runs are listed, selected, sorted and removed", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    const runs = async (...args: string[]) => {
      const { code, stdout, stderr } = await taskHere("runs", args, folder);
      assertEquals(code, 0, stderr);
      return stdout.trim().split("\n");
    };
    assertMatch((await runs())[0], /^There is no such run in .*runs\.$/);
    for (const [name, optimizer] of [["one", "adam"], ["two", "sgd"]]) {
      const made = await taskHere("image", [...TINY, "--optimizer", optimizer, "--name", name], folder);
      assertEquals(made.code, 0, made.stderr);
    }
    const image = join(folder, "runs", "image");
    await copy(join(image, "one"), join(image, "half"), ["summary.json"]);
    await copy(join(image, "one"), join(image, "odd"));
    await Deno.writeTextFile(join(image, "odd", "config.json"), '{"task":"image"}');
    await Deno.mkdir(join(image, "no run"));

    const [heads, ...rows] = (await runs("--sort", "name")).map((line) => line.trim().split(/ {2,}/));
    assertEquals(heads.slice(0, 6), ["task", "name", "status", "field", "optimizer", "rate"]);
    assertEquals(rows.map((row) => row.slice(0, 6)), [
      ["image", "half", "interrupted", "gaussian", "adam", "0.0001"],
      ["image", "one", "finished", "gaussian", "adam", "0.0001"],
      ["image", "two", "finished", "gaussian", "sgd", "1"],
    ]);
    const json = JSON.parse(
      (await runs("--json", "--where", "optimizer=ADAM,width=8", "--status", "finished")).join(""),
    );
    assertEquals(json.map(({ name }: { name: string }) => name), ["one"]);
    assert(json[0].summary.psnr > 0);
    assertEquals((await runs("--csv")).length, 4);

    // The folder of a task, a single run and other folders in between are looked into; comparisons and sweeps only if they are named.
    const names = async (...args: string[]) =>
      JSON.parse((await runs(...args, "--json", "--sort", "name")).join("")).map(({ name }: { name: string }) => name);
    assertEquals(await names("runs/image"), ["half", "one", "two"]);
    assertEquals(await names("runs/image/one"), ["one"]);
    const sub = join(folder, "runs", "sub", "image");
    await Deno.mkdir(sub, { recursive: true });
    await copy(join(image, "one"), join(sub, "three"));
    const comparison = join(folder, "runs", "compare", "c");
    await Deno.mkdir(join(comparison, "runs"), { recursive: true });
    await Deno.writeTextFile(join(comparison, "comparison.json"), "{}");
    await copy(join(image, "one"), join(comparison, "runs", "sine-adam-s0"));
    // What belongs to something else is no run.
    await Deno.mkdir(join(folder, "runs", "other"));
    await Deno.writeTextFile(join(folder, "runs", "other", "config.json"), '{"name":"other"}');
    assertEquals(await names(), ["half", "one", "three", "two"]);
    assertEquals(await names("runs/compare/c"), ["sine-adam-s0"]);
    assertStringIncludes((await runs("--sort", "name")).join("\n"), "sub/image/three");
    assertStringIncludes(
      (await runs("runs/compare"))[0],
      `The runs of ${comparison} are listed by deno task runs with that folder.`,
    );
    for (const path of [join(folder, "runs", "sub"), join(folder, "runs", "compare"), join(folder, "runs", "other")]) {
      await Deno.remove(path, { recursive: true });
    }

    const sentences = [
      [["--where", "foo=1"], '--where: expected options of the tasks, found "foo".'],
      [["--where", "widht=1"], '--where: expected options of the tasks, found "widht"; did you mean width?'],
      [["--csv", "--json"], "--csv and --json exclude each other: give only one of them."],
      [["--prune", "--status", "failed", "--json"], "--prune: expected no --json beside it."],
    ] as const;
    for (const [args, sentence] of sentences) {
      const { code, stderr } = await taskHere("runs", args, folder);
      assertEquals([code, stderr.trimEnd().split("\n").at(-1)], [1, `error: ${sentence}`]);
    }
    for (const [word, hint] of [["nosuchfolder", "."], ["optimizer=adam", "; did you mean --where optimizer=adam?"]]) {
      const { code, stderr } = await taskHere("runs", [word], folder);
      assertEquals(code, 1);
      assertStringIncludes(stderr, `${word}: expected a folder with runs, found nothing${hint}`);
    }
    const refused = await taskHere("runs", ["--prune"], folder);
    assertEquals([refused.code, namesIn(image)], [1, ["half", "no run", "odd", "one", "two"]]);
    assertStringIncludes(refused.stderr, "--prune: expected --where or --status");
    await runs("--prune", "--where", "optimizer=adam", "--dry-run");
    assertEquals(namesIn(image), ["half", "no run", "odd", "one", "two"]);
    // In a process of its own, with the permissions of the task.
    const pruned = await outcome(startTask("runs", ["--prune", "--where", "optimizer=adam"], folder));
    assertMatch(pruned.stdout.trim().split("\n").at(-1)!, /^2 runs with \d\.\d MB were removed\.$/);
    assertEquals(namesIn(image), ["no run", "odd", "two"]);
  }));

Deno.test("a running run is listed as running, and is not removed", () =>
  inFolder(async (folder) => {
    const run = join(folder, "runs", "image", "live");
    await Deno.mkdir(run, { recursive: true });
    const config = {
      task: "image",
      options: { activation: "sine", optimizer: "adam", schedule: "constant" },
      steps: 9,
    };
    await Deno.writeTextFile(join(run, "config.json"), JSON.stringify(config));
    using lock = await Deno.open(join(run, ".lock"), { create: true, write: true });
    await lock.lock(true);
    const { stdout } = await outcome(startTask("runs", ["--status", "running", "--prune"], folder));
    assertStringIncludes(stdout, `${run} is running and stays.`);
    assertEquals(namesIn(run), [".lock", "config.json"]);
  }));

/** Copies a folder without the files of these names. */
async function copy(from: string, to: string, without: readonly string[] = []): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (without.includes(name)) continue;
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
