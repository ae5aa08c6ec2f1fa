import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { TASKS } from "../../tasks/registry.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { planLines } from "../../tasks/sweep/plan.ts";
import { readRequest } from "../../tasks/sweep/request.ts";
import { checkRuns, runsOf } from "../../tasks/sweep/runs.ts";
import { readSpec } from "../../tasks/sweep/spec.ts";
import { smoothPng } from "../support/image_task.ts";
import { outcome, readUntil, startTask } from "../support/process.ts";
import { isUnderWay, tableOf, until, writeFourRuns } from "../support/sweeps.ts";
import { slurmRecord } from "../support/sweep_fakes.ts";
import { taskFlags } from "../support/task_flags.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

Deno.test("a sweep has a run for each input and each combination of its grids, with a name that says which", () =>
  inFolder(async (folder) => {
    for (const name of ["a.png", "b c.png"]) await Deno.writeFile(join(folder, name), smoothPng(8, 8));
    const path = join(folder, "s.json");
    const grid = [{ optimizer: ["adam"], seed: [0, 1] }, {
      optimizer: ["esgd"],
      "update-every": [5],
      antialias: [false],
    }];
    await Deno.writeTextFile(
      path,
      JSON.stringify({ task: "image", inputs: ["a.png", "b c.png"], options: { width: 8 }, grid }),
    );
    const runs = runsOf((await readSpec(path)).settings);
    assertEquals(runs.map(({ number, name }) => [number, name]), [
      [1, "1-a-adam-seed-0"],
      [2, "2-a-adam-seed-1"],
      [3, "3-a-esgd-update-every-5-antialias-false"],
      [4, "4-b-c-adam-seed-0"],
      [5, "5-b-c-adam-seed-1"],
      [6, "6-b-c-esgd-update-every-5-antialias-false"],
    ]);
    assertEquals(runs[5].args, [
      join(folder, "b c.png"),
      ...["--width=8", "--optimizer=esgd", "--update-every=5", "--no-antialias"],
    ]);
    checkRuns(TASKS.get("image")!, runs, path);
  }));

Deno.test("an input may be several files, and a deadline is given again when a run goes on", () =>
  inFolder(async (folder) => {
    for (const name of ["x.npy", "y.npy"]) await Deno.writeTextFile(join(folder, name), "");
    const path = join(folder, "s.json");
    const spec = { task: "fit", inputs: [["x.npy", "y.npy"]], options: { deadline: "20m" }, grid: { seed: [3] } };
    await Deno.writeTextFile(path, JSON.stringify(spec));
    const [{ input, args, kept }] = runsOf((await readSpec(path)).settings);
    assertEquals(input.name, "x.npy y.npy");
    assertEquals(args, [join(folder, "x.npy"), join(folder, "y.npy"), "--deadline=20m", "--seed=3"]);
    assertEquals(kept, ["--deadline=20m"]);
  }));

/** Options of sbatch with which a sweep's jobs could not run, or could not be followed. */
const NOT_LINES = [
  ...["--chdir=/tmp", "--ntasks=2", "--nodes=2", "--wrap=true", "--quiet", "--parsable", "--test-only", "--wait"],
  ...["--mem=1G -D /tmp", "--mem=1G -n 2", "--mem=1G -N 2", "--clusters=all"],
];

Deno.test("what is wrong in the file of a sweep is one sentence with its place", () =>
  inFolder(async (folder) => {
    for (const name of ["a.png", "b.png"]) await Deno.writeTextFile(join(folder, name), "");
    const path = join(folder, "s.json");
    const refused: [spec: object, sentence: string][] = [
      [{ tsak: "image" }, ': expected no other names than task, inputs, options, grid, slurm, found "tsak".'],
      [{ task: "imag" }, `, task: expected one of ${[...TASKS.keys()].join(", ")}, found "imag".`],
      [
        { task: "image", options: { widht: 8 } },
        ', options.widht: expected an option of deno task image without its dashes, found "widht"; did you mean width?',
      ],
      [
        { task: "image", options: { lr: 1, "learning-rate": 2 } },
        ", options: expected learning-rate once, found it twice under two names.",
      ],
      [
        { task: "image", options: { width: 0 } },
        ', options.width: --width: expected an integer from 1 to 4096, found "0".',
      ],
      [
        { task: "image", options: { betas: [1, 2, 3] } },
        ", options.betas: expected a number, a text, true, false or a pair of numbers, found a list of 3.",
      ],
      [
        { task: "image", options: { name: "x" } },
        ', options.name: expected an option that a sweep may set, found "name".',
      ],
      [
        { task: "image", grid: { config: ["c.json"] } },
        ', grid.config: expected an option that a sweep may set, found "config".',
      ],
      [
        { task: "image", options: { seed: 1 }, grid: { seed: [1, 2] } },
        ", grid.seed: expected this option here or in options, found it in both.",
      ],
      [{ task: "image", grid: { seed: [1, 2, 1] } }, ", grid.seed[2]: expected different values, found 1 twice."],
      [
        { task: "image", grid: { optimiser: ["adam"] } },
        ', grid.optimiser: expected an option of deno task image without its dashes, found "optimiser"; did you mean optimizer?',
      ],
      [
        { task: "image", grid: [{ seed: [0], optimizer: ["adam"] }, { optimizer: ["esgd", "adam"], seed: [1, 0] }] },
        ", grid[1]: expected other combinations than those of grid[0], found optimizer adam, seed 0 in both.",
      ],
      [
        { task: "image", inputs: ["a.png", "./b.png", join(folder, "a.png")] },
        `, inputs[2]: expected another input than inputs[0], found ${join(folder, "a.png")} again.`,
      ],
      ...["--job-name=mine", "--constraint=a --array=1-2", "--mem=1G -J mine", "--no-req", ...NOT_LINES].map((line) =>
        [
          { task: "image", slurm: { lines: ["--constraint=wait --nodelist=n7 --ntasks-per-node=1", line] } },
          `, slurm.lines[1]: expected an option of sbatch that the sweep does not set itself, found "${line}".`,
        ] satisfies [object, string]
      ),
      [{ task: "image", grid: { seed: [] } }, ", grid.seed: expected a list of at least 1, found a list of 0."],
      [
        { task: "image", inputs: ["no.png"] },
        `, inputs[0]: ${join(folder, "no.png")}: cannot be read: there is no such file or folder.`,
      ],
      [
        { task: "image", slurm: { time: "soon" } },
        ', slurm.time: expected a time such as 30 (minutes), 2:00:00 or 1-12:00:00, found "soon".',
      ],
      [
        { task: "image", slurm: { setup: ["a\nb"] } },
        ', slurm.setup[0]: expected a text of one line, found "a\\nb".',
      ],
    ];
    for (const [spec, sentence] of refused) {
      await Deno.writeTextFile(path, JSON.stringify(spec));
      const { message } = await assertRejects(() => readSpec(path), UserError);
      assertEquals(message, `${path}${sentence}`);
    }
    const twice = `{"task": "image", "grid": [{"seed": [0]}, {"seed": [1], "x{:\\"": {}, "s\\u0065ed": [2]}]}`;
    await Deno.writeTextFile(path, twice);
    const { message } = await assertRejects(() => readSpec(path), UserError);
    assertEquals(message, `${path}: expected grid.seed once, found it twice.`);
  }));

Deno.test("options of a run that do not fit together are found before any run starts", () => {
  const grids = [{ optimizer: ["esgd", "adam"] }];
  const settings = { task: "image", inputs: [{ name: "default", paths: [] }], options: { "update-every": 3 }, grids };
  const { message } = assertThrows(() => checkRuns(TASKS.get("image")!, runsOf(settings), "s.json"), UserError);
  assertMatch(
    message,
    /^s\.json, run 2-adam: --update-every: the optimizer adam has no such hyper-parameter; it belongs/,
  );
});

Deno.test("a deadline that is no time is found before any run starts", () => {
  const settings = {
    task: "image",
    inputs: [{ name: "default", paths: [] }],
    options: {},
    grids: [{ deadline: ["0"] }],
  };
  const { message } = assertThrows(() => checkRuns(TASKS.get("image")!, runsOf(settings), "s.json"), UserError);
  assertEquals(message, 's.json, run 1-0: --deadline: expected a time above 0 such as 90s, 20m or 1h30m, found "0".');
});

Deno.test("a long list of values is shortened in the plan, and a folder to resume takes no name", async () => {
  const grids = [{ seed: Array.from({ length: 100 }, (_, i) => i) }];
  const settings = { task: "image", inputs: [{ name: "default", paths: [] }], options: {}, grids };
  const [line] = planLines({ ...slurmRecord(), settings }, runsOf(settings), "/s");
  assertEquals(line, "100 runs of deno task image: 1 input × seed (0, 1, 2, …, 99; 100 values)");
  await assertRejects(
    () => readRequest(["--resume", "s", "--name", "t"]),
    UserError,
    "--name: expected it beside a JSON file, found it beside --resume, whose folder has its name.",
  );
});

Deno.test("a sweep may start deno and the programs of Slurm, write to the caller's runs, and do nothing else", () => {
  assertEquals(taskFlags("sweep", { INIT_CWD: "/the caller" }).filter((flag) => !flag.startsWith("--allow-env")), [
    "-q",
    "--no-prompt",
    "--allow-read",
    "--allow-write=/the caller/runs",
    "--allow-run=deno,sbatch,squeue,scontrol,sacct,scancel",
  ]);
});

Deno.test("a sweep that is killed goes on with the same runs, one that is stopped stops them, and its table has all", () =>
  inFolder(async (folder) => {
    const spec = await writeFourRuns(folder, 400, 400);
    const sweep = join(folder, "runs", "sweep", "four");
    const runs = join(sweep, "runs", "image");
    const args = [spec, "--name", "four"];
    const killed = startTask("sweep", [...args, "--jobs", "2"], folder);
    await until("a run with a checkpoint", () => isUnderWay(join(runs, "2-epochs-400-seed-0")));
    killed.kill("SIGKILL");
    await outcome(killed);

    const stopped = startTask("sweep", args, folder);
    const reader = stopped.stderr.getReader();
    await readUntil(reader, (text) => /runs: /.test(text));
    await until("the last run under way", () => isUnderWay(join(runs, "4-epochs-400-seed-2")));
    stopped.kill("SIGINT");
    const [{ code }, stdout] = await Promise.all([
      stopped.status,
      new Response(stopped.stdout).text(),
      readUntil(reader, () => false),
    ]);
    assertEquals(code, 130);
    // Runs that the killed sweep started may have ended by now.
    assertMatch(stdout, /^Stopped(; (1 run goes|2 runs go) on that an earlier call started)?\. To continue, give/m);
    assertStringIncludes(stdout, `the same command again, or: deno task sweep --resume ${sweep}\n`);
    const states = (await tableOf(sweep)).map(({ status }) => status);
    assertEquals(states[0], "finished");

    const resumed = await taskHere("sweep", ["--resume", sweep, "--jobs", "2"], folder);
    assertEquals(resumed.code, 0, resumed.stderr);
    assertStringIncludes(resumed.stdout, "4 of 4 runs are finished.");
    const table = await tableOf(sweep);
    assertEquals(table.map(({ name, status, steps }) => [name, status, steps]), [
      ["1-epochs-1-seed-0", "finished", "3"],
      ["2-epochs-400-seed-0", "finished", "1200"],
      ["3-epochs-400-seed-1", "finished", "1200"],
      ["4-epochs-400-seed-2", "finished", "1200"],
    ]);
    assertEquals(namesIn(runs), table.map(({ name }) => name));
    assert((await Deno.readTextFile(join(sweep, "report.html"))).includes("4 of 4 runs are finished."));
  }));

Deno.test("a run that fails is started again, and the sweep ends with what it said and exit code 1", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "p.png"), "no picture");
    const spec = join(folder, "s.json");
    await Deno.writeTextFile(spec, JSON.stringify({ task: "image", inputs: ["p.png"] }));
    const { code, stderr } = await taskHere("sweep", [spec, "--name", "s", "--retries", "1"], folder);
    assertEquals(code, 1);
    const sweep = join(folder, "runs", "sweep", "s");
    const log = join(sweep, "logs", "1.log");
    const reason =
      `exit code 1: ${
        join(folder, "p.png")
      }: expected a PNG or a JPEG, found a file of another kind, which begins with ` +
      "the bytes 6e 6f 20 70 69 63 74 75";
    assertStringIncludes(stderr, `1: ${reason}; it is started again. What it printed is in ${log}\n`);
    assertStringIncludes(
      stderr,
      `error: 1 of 1 runs failed: 1 (${reason}); ${join(sweep, "logs")} has what they printed. ` +
        "The same command starts them again.\n",
    );
    assertEquals((await Deno.readTextFile(log)).match(/error: /g)?.length, 2);
    assertEquals((await tableOf(sweep)).map(({ status, reason }) => [status, reason]), [["failed", reason]]);
  }));
