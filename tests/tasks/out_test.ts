import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { WatchedRuns } from "../../tasks/watch/watched_runs.ts";
import { smoothPng } from "../support/image_task.ts";
import { outcome, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const TINY = "picture.png --size 0 --width 8 --layers 1 --batch-size 64 --optimizer adam --kernels register".split(" ");

/** The command that a refusal prints. */
const commandIn = ({ stderr }: { stderr: string }) => stderr.trim().replace(/^.*?: (?=deno run)/, "");

/** Types a command in a shell, as a person does who has read it. */
async function typed(command: string, folder: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const { INIT_CWD: _, ...rest } = Deno.env.toObject();
  const env = { ...rest, NO_COLOR: "1", PATH: `${dirname(Deno.execPath())}:${rest.PATH}` };
  const child = new Deno.Command("sh", { args: ["-c", command], cwd: folder, env, clearEnv: true, stdin: "null" });
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("--out puts a run elsewhere; where that is not permitted, the command that is printed works, and so do those that go on", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    const place = join(folder, "my results");
    const args = [...TINY, "--epochs", "2", "--name", "a", "--out", "my results"];
    const refused = await outcome(startTask("image", args, folder));
    assertEquals(refused.code, 1);
    assertMatch(refused.stderr, /^error: --out my results: expected a folder in .*runs, because .*: deno run .*\n$/);
    assertEquals(namesIn(folder), ["picture.png"]);

    const made = await typed(commandIn(refused), folder);
    assertEquals(made.code, 0, made.stderr);
    const run = join(place, "image", "a");
    assertStringIncludes(made.stdout, `the run is in ${run}`);
    assertStringIncludes(
      await Deno.readTextFile(join(run, "index.html")),
      "deno run --allow-read --allow-env ",
    );

    const resumed = await outcome(startTask("image", ["--resume", run, "--epochs", "3"], folder));
    assertMatch(resumed.stderr, /^error: .*: expected a folder in .*: deno run .* --epochs 3\n$/);
    const longer = await typed(commandIn(resumed), folder);
    assertEquals(longer.code, 0, longer.stderr);

    const listed = await taskHere("runs", ["my results", "--json"], folder);
    assertEquals(JSON.parse(listed.stdout).map((each: { path: string; made: number }) => [each.path, each.made]), [
      [run, 12],
    ]);
    assertEquals((await new WatchedRuns(place).look()).rows.map(({ id, status }) => [id, status]), [
      ["image/a", "finished"],
    ]);
    const prune = await outcome(startTask("runs", ["my results", "--prune", "--status", "finished"], folder));
    assertMatch(prune.stderr, /^error: my results: expected a folder in .*: deno run .*runs\.ts 'my results' --prune/);
  }));

Deno.test("where a path has a comma, the commands that are printed permit everything, and work", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    const args = [...TINY, "--epochs", "2", "--name", "a", "--out", "else where,x"];
    const refused = await outcome(startTask("image", args, folder));
    assertMatch(refused.stderr, /^error: .*else where,x: expected a path without commas, .*: deno run -A .*\n$/);
    const made = await typed(commandIn(refused), folder);
    assertEquals(made.code, 0, made.stderr);
    const page = await Deno.readTextFile(join(folder, "else where,x", "image", "a", "index.html"));
    const [, resume] = /(deno run -A [^<]*--resume[^<]*)</.exec(page)!;
    const longer = await typed(resume.replaceAll("&#39;", "'").replace(/ --minutes.*/, " --epochs 3"), folder);
    assertEquals(longer.code, 0, longer.stderr);

    const options = { size: 8, width: 8, layers: 1, epochs: 1, optimizer: "adam", kernels: "register" };
    const spec = { task: "image", inputs: ["picture.png"], options, grid: { seed: [0] } };
    await Deno.writeTextFile(join(folder, "s.json"), JSON.stringify(spec));
    const elsewhere = ["s.json", "--name", "s", "--out", "else where,x"];
    const sweep = await typed(commandIn(await outcome(startTask("sweep", elsewhere, folder))), folder);
    assertEquals(sweep.code, 0, sweep.stderr);
    assertEquals(namesIn(join(folder, "else where,x", "sweep", "s", "runs", "image")), ["1-seed-0"]);
  }));

Deno.test("a folder in runs and a link from runs to another disk need no further permission", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    await Deno.mkdir(join(folder, "disk"));
    await Deno.symlink(join(folder, "disk"), join(folder, "runs"));
    const args = [...TINY, "--epochs", "1", "--name", "a", "--out", "runs/tries"];
    const { code, stdout, stderr } = await outcome(startTask("image", args, folder));
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, join(folder, "runs", "tries", "image", "a"));
    assertEquals(namesIn(join(folder, "disk", "tries", "image")), ["a"]);
    const config = JSON.parse(await Deno.readTextFile(join(folder, "disk", "tries", "image", "a", "config.json")));
    assertEquals(config.options.out, undefined);
  }));

Deno.test("comparisons, reports of curvature and sweeps can be put elsewhere in the same way", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 16));
    const options = {
      size: 0,
      width: 8,
      layers: 1,
      "batch-size": 64,
      optimizer: "adam",
      epochs: 1,
      kernels: "register",
    };
    const spec = { task: "image", inputs: ["picture.png"], options, grid: { seed: [0] } };
    await Deno.writeTextFile(join(folder, "s.json"), JSON.stringify(spec));
    const tiny = "--input picture.png --activations sine --seeds 1 --size 0 --width 8 --layers 1 --kernels register"
      .split(" ");
    const elsewhere = ["--name", "a", "--out", "else where"];
    const commands = {
      compare: [...tiny, ..."--optimizers adam --epochs 1 --batch-size 64".split(" "), ...elsewhere],
      curvature: [...tiny, ...elsewhere],
      sweep: ["s.json", ...elsewhere],
    };
    const printed = await Promise.all(
      Object.entries(commands).map(async ([name, args]) => {
        const refused = await outcome(startTask(name, args, folder));
        assertMatch(
          refused.stderr,
          /^error: --out else where: expected a folder in \S+runs, because .*: deno run .*\n$/,
        );
        return commandIn(refused);
      }),
    );
    assertEquals(namesIn(folder), ["picture.png", "s.json"]);
    // A comparison times steps first, which takes no longer than it must by a fast clock.
    const clock = fromFileUrl(new URL("../support/fast_process.ts", import.meta.url));
    const comparison = printed[0].replace("deno run ", `deno run --preload '${clock}' `);
    const made = await Promise.all([comparison, printed[2]].map((command) => typed(command, folder)));
    assertEquals(made.map(({ code }) => code), [0, 0], made[0].stderr + made[1].stderr);
    const place = join(folder, "else where");
    assertEquals(namesIn(place), ["compare", "sweep"]);
    assertEquals(namesIn(join(place, "compare", "a", "runs")), ["sine-adam-s0"]);
    assertEquals(namesIn(join(place, "sweep", "a", "runs", "image")), ["1-seed-0"]);
    const again = await taskHere("sweep", ["--resume", join(place, "sweep", "a"), "--out", "b"], folder);
    assertMatch(again.stderr, /^error: --out: expected it beside a JSON file, found it beside --resume, /);
  }));
