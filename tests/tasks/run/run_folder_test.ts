import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { checkNewRun, createRunFolder } from "../../../tasks/run/new_run.ts";
import { stepCheckpointName } from "../../../tasks/run/checkpoints.ts";
import { openRunFolder, resumeRunFolder } from "../../../tasks/run/open_run_folder.ts";
import { RunFolder } from "../../../tasks/run/run_folder.ts";
import { FolderLock } from "../../../tasks/run/folder_lock.ts";
import { isFree, removeWithoutSteps } from "../../../tasks/run/without_steps.ts";
import { timeName } from "../../../tasks/run/run_name.ts";
import { inFolder, namesIn } from "../../support/temporary_folder.ts";

Deno.test("a run lies in root/task/name, and starts empty", () =>
  inFolder(async (root) => {
    using run = await createRunFolder({ root: join(root, "runs"), task: "image", name: "first_1.0-a" });
    assertEquals(run.path, join(root, "runs", "image", "first_1.0-a"));
    assertEquals(namesIn(run.path), [".lock"]);
    assertEquals(namesIn(join(root, "runs", "image")), ["first_1.0-a"]);
  }));

Deno.test("a name that exists is refused, and nothing in it is touched", () =>
  inFolder(async (root) => {
    using run = await createRunFolder({ root, task: "image", name: "a" });
    await run.writeConfig({ seed: 1 });
    await assertRejects(
      () => createRunFolder({ root, task: "image", name: "a" }),
      Error,
      `${run.path}: a run of this name exists; choose another name, or continue that run with --resume.`,
    );
    assertEquals(await run.readConfig(), { seed: 1 });
    using _other = await createRunFolder({ root, task: "shape", name: "a" });
  }));

Deno.test("a run without a name is called after the local time, and later ones of that second are numbered", () =>
  inFolder(async (root) => {
    assertEquals(timeName(new Date(2026, 10, 4, 8, 5, 2)), "2026-11-04-080502");
    using stack = new DisposableStack();
    const runs = [];
    for (let i = 0; i < 3; i++) runs.push(stack.use(await createRunFolder({ root, task: "image" })));
    for (const run of runs) assertMatch(run.path, /image.\d{4}-\d\d-\d\d-\d{6}(-[23])?$/);
    assertEquals(new Set(runs.map(({ path }) => path)).size, 3);
  }));

Deno.test("runs that start in the same second do not take each other's folders for those of killed processes", () =>
  inFolder(async (root) => {
    using stack = new DisposableStack();
    const fill = (run: RunFolder) => run.writeConfig({});
    const runs = await Promise.all(Array.from({ length: 20 }, () => createRunFolder({ root, task: "image" }, fill)));
    for (const run of runs) stack.use(run);
    assertEquals(new Set(runs.map(({ path }) => path)).size, 20);
    const { tryTake } = FolderLock;
    const disturbances = [
      // The hidden folder is gone before it is locked, locked by who removes it, or removed with its lock.
      (hidden: string) => Deno.remove(hidden, { recursive: true }),
      async (hidden: string) => void stack.use((await tryTake.call(FolderLock, hidden))!),
      async (hidden: string) => {
        const lock = await tryTake.call(FolderLock, hidden);
        await Deno.remove(hidden, { recursive: true });
        await Deno.mkdir(hidden);
        return lock;
      },
    ];
    for (const [i, disturb] of disturbances.entries()) {
      let left = 1;
      FolderLock.tryTake = async (folder, name) => {
        const early = folder.endsWith(".new") && left-- > 0 ? await disturb(folder) : undefined;
        return early ?? await tryTake.call(FolderLock, folder, name);
      };
      try {
        const run = stack.use(await createRunFolder({ root: join(root, `${i}`), task: "image" }, fill));
        assertEquals(await run.readConfig(), {});
      } finally {
        FolderLock.tryTake = tryTake;
      }
    }
  }));

Deno.test("names that leave the folder or trouble a shell are refused before anything is made", () =>
  inFolder(async (root) => {
    for (const name of ["", ".", "..", "a/b", "a\\b", "a b", "-a", ".a", "ä", "a\n", "a".repeat(129)]) {
      await assertRejects(() => createRunFolder({ root, task: "image", name }), Error, "run name: expected 1 to 128");
      await assertRejects(() => createRunFolder({ root, task: name, name: "a" }), Error, "task: expected 1 to 128");
    }
    assertEquals(namesIn(root), []);
  }));

Deno.test("a folder that cannot be made leaves nothing behind", () =>
  inFolder(async (root) => {
    await Deno.writeTextFile(join(root, "file"), "");
    await assertRejects(
      () => createRunFolder({ root: join(root, "file"), task: "image", name: "a" }),
      Error,
      "created: ",
    );

    const mkdir = Deno.mkdir;
    Deno.mkdir = (path) =>
      String(path).includes("full")
        ? Promise.reject(new Error(`Permission denied (os error 13): mkdir '${path}'`))
        : mkdir(path);
    try {
      await assertRejects(
        () => createRunFolder({ root: join(root, "deep", "runs"), task: "image", name: "full" }),
        Error,
        `${join(root, "deep", "runs", "image", "full")}: the folder cannot be created: Permission denied.`,
      );
    } finally {
      Deno.mkdir = mkdir;
    }
    assertEquals(namesIn(root), ["file"]);
  }));

Deno.test("the configuration is readable text, keys in the order given, and survives", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path);
    const config = { version: "1", field: { width: 3, name: "mlp" }, cap: Infinity, "10": [0.1] };
    await run.writeConfig(config);
    const text = await Deno.readTextFile(join(path, "config.json"));
    assertEquals(text, `${JSON.stringify({ ...config, cap: "Infinity" }, null, 2)}\n`);
    assertEquals(await run.readConfig(), config);
    await run.writeSummary({ psnr: NaN });
    assertEquals(await Deno.readTextFile(join(path, "summary.json")), '{\n  "psnr": "NaN"\n}\n');
    assertEquals(namesIn(path), ["config.json", "summary.json"]);
  }));

Deno.test("only a folder with a configuration is opened, and a damaged configuration is named", () =>
  inFolder(async (path) => {
    const missing = join(path, "missing");
    await assertRejects(() => openRunFolder(missing), Error, `${missing}: there is no such run.`);
    await assertRejects(() => openRunFolder(path), Error, "expected a config.json in it, found none.");
    await Deno.writeTextFile(join(path, "config.json"), "{");
    const run = await openRunFolder(path);
    await assertRejects(() => run.readConfig(), Error, "config.json: expected JSON, found a mistake in line 1.");
    await Deno.writeTextFile(join(path, "config.json"), "[1]");
    await assertRejects(() => run.readConfig(), Error, "config.json: expected an object, found a list of 1.");
  }));

Deno.test("metrics are one object a line, and figures that are not finite come back", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path);
    assertEquals(await run.readMetrics(), []);
    run.appendMetrics({ step: 1, loss: 0.5 });
    run.appendMetrics({ step: 2, loss: NaN, psnr: -Infinity });
    const text = await Deno.readTextFile(join(path, "metrics.jsonl"));
    assertEquals(text, '{"step":1,"loss":0.5}\n{"step":2,"loss":"NaN","psnr":"-Infinity"}\n');
    assertEquals(await run.readMetrics(), [{ step: 1, loss: 0.5 }, { step: 2, loss: NaN, psnr: -Infinity }]);
  }));

Deno.test("a line cut short by a crash is passed over, and does not spoil the next one after reopening", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path);
    await run.writeConfig({});
    for (const step of [1, 2, 3]) run.appendMetrics({ step, name: "größer" });
    const whole = await Deno.readFile(join(path, "metrics.jsonl"));
    const second = whole.length / 3 * 2;
    for (let length = second; length <= whole.length; length++) {
      await Deno.writeFile(join(path, "metrics.jsonl"), whole.subarray(0, length));
      const kept = (await run.readMetrics()).map(({ step }) => step);
      assertEquals(kept, length >= whole.length - 1 ? [1, 2, 3] : [1, 2]);
      using again = await resumeRunFolder(path);
      again.appendMetrics({ step: 4 });
      assertEquals((await again.readMetrics()).map(({ step }) => step), [...kept, 4]);
    }
  }));

Deno.test("a damaged line that is not the last is an error with its number", () =>
  inFolder(async (path) => {
    await Deno.writeTextFile(join(path, "metrics.jsonl"), '{"step":1}\n{"st\n{"step":3}\n');
    const message = 'metrics.jsonl, line 2: expected a JSON object, found "{\\"st".';
    await assertRejects(() => new RunFolder(path).readMetrics(), Error, message);
  }));

Deno.test("records after the step of a checkpoint can be dropped; the others stay as they were", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path);
    await run.truncateMetrics(() => true);
    assertEquals(namesIn(path), []);
    await Deno.writeTextFile(join(path, "metrics.jsonl"), '{"step": 1, "loss":"NaN"}\n{"step":2}\n{"step":3}\n{"st');
    await run.truncateMetrics(({ step }) => (step as number) <= 2);
    assertEquals(await Deno.readTextFile(join(path, "metrics.jsonl")), '{"step": 1, "loss":"NaN"}\n{"step":2}\n');
    assertEquals(namesIn(path), ["metrics.jsonl"]);
  }));

Deno.test("the newest step checkpoints are kept, by number, and all with other names", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path, { keep: 2 });
    assertEquals(await run.latestCheckpoint(), undefined);
    await run.writeCheckpoint("initial", new Uint8Array([0]));
    for (const step of [0, 5, 999_999_995, 99_999_999_996]) {
      await run.writeCheckpoint(stepCheckpointName(step), new Uint8Array([step % 256]));
    }
    assertEquals(namesIn(join(path, "checkpoints")), [
      "initial.safetensors",
      "step-999999995.safetensors",
      "step-99999999996.safetensors",
    ]);
    const latest = await run.latestCheckpoint();
    assertEquals(latest?.step, 99_999_999_996);
    assertEquals(latest?.path, join(path, "checkpoints", `${latest?.name}.safetensors`));
    assertEquals((await Deno.readFile(latest!.path)).length, 1);
  }));

Deno.test("two interim checkpoints are kept until a measurement has one", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path, { keep: 2 });
    for (const [step, interim] of [[3, false], [4, true], [5, true], [6, true]] as const) {
      await run.writeCheckpoint(stepCheckpointName(step, interim), new Uint8Array());
    }
    assertEquals(namesIn(join(path, "checkpoints")), [
      "interim-00000005.safetensors",
      "interim-00000006.safetensors",
      "step-00000003.safetensors",
    ]);
    assertEquals((await run.latestCheckpoint())?.step, 6);
    await run.writeCheckpoint(stepCheckpointName(6), new Uint8Array());
    assertEquals(namesIn(join(path, "checkpoints")), ["step-00000003.safetensors", "step-00000006.safetensors"]);
    await run.setAside((await run.latestCheckpoint())!);
    assertEquals((await run.latestCheckpoint())?.step, 3);
  }));

Deno.test("a run is locked until it is disposed of or its process ends, whatever its name was", () =>
  inFolder(async (root) => {
    const place = { root, task: "image", name: "a" };
    const run = await createRunFolder(place, (folder) => folder.writeConfig({}));
    await run.writeCheckpoint("step-00000001", new Uint8Array());
    const locked = `${run.path}: process ${Deno.pid} is writing to this run; wait for it to end, or stop it.`;
    await assertRejects(() => resumeRunFolder(run.path), Error, locked);
    await openRunFolder(run.path);
    run[Symbol.dispose]();
    (await resumeRunFolder(run.path))[Symbol.dispose]();

    const script = `import { resumeRunFolder } from "${new URL(
      "../../../tasks/run/open_run_folder.ts",
      import.meta.url,
    )}";
      const run = await resumeRunFolder(${JSON.stringify(run.path)});
      console.log("locked");
      setInterval(() => run, 1000);`;
    await Deno.writeTextFile(join(root, "lock.ts"), script);
    const args = ["run", "-A", "--no-check", join(root, "lock.ts")];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    const other = `${run.path}: process ${child.pid} is writing to this run`;
    await assertRejects(() => resumeRunFolder(run.path), Error, other);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    (await resumeRunFolder(run.path))[Symbol.dispose]();
  }));

Deno.test("a run appears when it is filled; one that cannot be filled leaves nothing, and what a kill left is removed", () =>
  inFolder(async (root) => {
    const place = { root: join(root, "runs"), task: "image", name: "a" };
    const fails = () => Promise.reject(new Error("full disk"));
    await assertRejects(() => createRunFolder(place, fails), Error, "full disk");
    assertEquals(namesIn(root), []);
    const parent = join(root, "runs", "image");
    await Deno.mkdir(join(parent, ".killed.new"), { recursive: true });
    await Deno.writeTextFile(join(parent, ".killed.new", "config.json"), "{}");
    await Deno.writeTextFile(join(parent, ".killed.new", ".lock"), "1\n");
    using _run = await createRunFolder(place, async (folder, name) => {
      assertEquals([name, namesIn(parent)], ["a", [".a.new"]]);
      await folder.writeConfig({});
      await assertRejects(() => createRunFolder(place), Error, "a run of this name exists");
    });
    assertEquals([namesIn(parent), namesIn(join(parent, "a"))], [["a"], [".lock", "config.json"]]);
  }));

Deno.test("a run that ended before its first checkpoint does not keep its name, one with anything else in it does", () =>
  inFolder(async (root) => {
    const place = { root, task: "image", name: "a" };
    const make = async () => (await createRunFolder(place, (folder) => folder.writeConfig({})))[Symbol.dispose]();
    const path = join(root, "image", "a");
    for (
      const file of ["metrics.jsonl", "snapshots/step-00000003.png", "checkpoints/.step-00000003.safetensors.7-1.part"]
    ) {
      await make();
      await Deno.mkdir(join(path, file, ".."), { recursive: true });
      await Deno.writeTextFile(join(path, file), "");
      await checkNewRun(place);
      await make();
      assertEquals(namesIn(path), [".lock", "config.json"]);
    }
    for (const file of ["notes.txt", "checkpoints/step-00000003.safetensors", "snapshots/mine.png", "summary.json"]) {
      await make();
      await Deno.mkdir(join(path, file, ".."), { recursive: true });
      await Deno.writeTextFile(join(path, file), "");
      await assertRejects(() => checkNewRun(place), Error, "a run of this name exists");
      await assertRejects(make, Error, "a run of this name exists");
      await Deno.remove(join(path, file));
    }
    using _run = await createRunFolder(place);
    await assertRejects(() => checkNewRun(place), Error, "a run of this name exists");
  }));

Deno.test("a folder that is removed or replaced while a run writes to it is noticed, and not made again", () =>
  inFolder(async (root) => {
    const place = { root, task: "image", name: "a" };
    using run = await createRunFolder(place, (folder) => folder.writeConfig({}));
    const writes = [
      () => run.writeFile("snapshots/a.png", ""),
      () => run.writeCheckpoint("step-00000001", new Uint8Array()),
      () => run.writeSummary({}),
      () => Promise.resolve().then(() => run.appendMetrics({ step: 1 })),
    ];
    const message =
      `${run.path}: expected the folder of the run, which is being written, but it was removed or renamed`;
    await Deno.rename(run.path, join(root, "elsewhere"));
    for (const write of writes) await assertRejects(write, Error, message);
    assertEquals(namesIn(join(root, "image")), []);
    using _other = await createRunFolder(place, (folder) => folder.writeConfig({}));
    for (const write of writes) await assertRejects(write, Error, message);
    assertEquals(namesIn(run.path), [".lock", "config.json"]);
  }));

Deno.test("a checkpoint is not removed by its own writing, even if later ones exist", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path, { keep: 1 });
    await run.writeCheckpoint(stepCheckpointName(9), new Uint8Array());
    await run.writeCheckpoint(stepCheckpointName(3), new Uint8Array());
    assertEquals((await run.stepCheckpoints()).map(({ step }) => step), [3, 9]);
  }));

Deno.test("opening a run clears what a killed process left beside its files", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path);
    await run.writeConfig({});
    await run.writeCheckpoint("step-00000001", new Uint8Array());
    await Deno.writeTextFile(join(path, ".config.json.7-0.part"), "{");
    await Deno.writeTextFile(join(path, "checkpoints", ".step-00000002.safetensors.7-1.part"), "");
    await Deno.mkdir(join(path, "snapshots"));
    await Deno.writeTextFile(join(path, "snapshots", ".step-00000002.png.7-2.part"), "");
    await openRunFolder(path);
    assertEquals(namesIn(path), [".config.json.7-0.part", "checkpoints", "config.json", "snapshots"]);
    using _run = await resumeRunFolder(path);
    assertEquals(namesIn(path), [".lock", "checkpoints", "config.json", "snapshots"]);
    assertEquals(namesIn(join(path, "snapshots")), []);
    assertEquals(namesIn(join(path, "checkpoints")), ["step-00000001.safetensors"]);
  }));

Deno.test("other files may lie in folders, but not outside the run", () =>
  inFolder(async (path) => {
    await Deno.mkdir(join(path, "run"));
    const run = new RunFolder(join(path, "run"));
    assertEquals(await run.writeFile("plots/convergence.svg", "<svg/>"), join(run.path, "plots", "convergence.svg"));
    assertEquals(await Deno.readTextFile(join(run.path, "plots", "convergence.svg")), "<svg/>");
    for (const name of ["../a", "/a", "plots//a", "", "plots/.."]) {
      await assertRejects(() => run.writeFile(name, ""), Error, "file name: expected 1 to 128 letters");
    }
  }));

Deno.test("checkpoints along a run are kept: the last one in each of so many parts, besides the newest ones", () =>
  inFolder(async (path) => {
    const run = new RunFolder(path);
    const steps = async () => (await run.stepCheckpoints()).map(({ step }) => step);
    run.spread = { parts: 5, steps: 40 };
    for (let step = 2; step <= 40; step += 2) {
      await run.writeCheckpoint(stepCheckpointName(step - 1, true), new Uint8Array());
      await run.writeCheckpoint(stepCheckpointName(step), new Uint8Array());
    }
    assertEquals(await steps(), [8, 16, 24, 32, 36, 38, 40]);
    // A run that is made longer has longer parts, and goes on from what is there.
    run.spread = { parts: 5, steps: 80 };
    for (let step = 42; step <= 80; step += 2) await run.writeCheckpoint(stepCheckpointName(step), new Uint8Array());
    assertEquals(await steps(), [16, 32, 48, 64, 76, 78, 80]);
    // Evaluations that are rarer than the parts are all kept.
    run.spread = { parts: 1000, steps: 90 };
    for (const step of [85, 90]) await run.writeCheckpoint(stepCheckpointName(step), new Uint8Array());
    assertEquals(await steps(), [16, 32, 48, 64, 76, 78, 80, 85, 90]);
  }));

Deno.test("a number of checkpoints to keep, or of a step, that is none is refused", async () => {
  for (const keep of [0, 1.5, NaN]) {
    assertThrows(() => new RunFolder("x", { keep }), RangeError, `from 1, or Infinity, found ${keep}.`);
  }
  await assertRejects(() => createRunFolder({ task: "image", keep: -1 }), RangeError, "found -1.");
  assertThrows(
    () => stepCheckpointName(-1),
    RangeError,
    "checkpoint: expected a whole number from 0 as the step, found -1.",
  );
  assertEquals(stepCheckpointName(1200), "step-00001200");
});

Deno.test("a new run waits while another process removes what it takes for left over", () =>
  inFolder(async (root) => {
    const hidden = join(root, "image", ".a.new");
    await Deno.mkdir(hidden, { recursive: true });
    const lock = await FolderLock.take(hidden, "is removing this");
    setTimeout(() => {
      Deno.removeSync(hidden, { recursive: true });
      lock[Symbol.dispose]();
    }, 60);
    using run = await createRunFolder({ root, task: "image", name: "a" });
    assertEquals(namesIn(join(root, "image")), ["a"]);
    assertEquals(run.path, join(root, "image", "a"));
  }));

Deno.test("a folder that another process removes first is neither in the way nor an error", () =>
  inFolder(async (root) => {
    const path = join(root, "a");
    const { tryTake } = FolderLock;
    FolderLock.tryTake = (folder, ...rest) => {
      Deno.removeSync(folder, { recursive: true });
      return tryTake.call(FolderLock, folder, ...rest);
    };
    try {
      for (const work of [() => isFree(path), () => removeWithoutSteps(path)]) {
        await Deno.mkdir(path);
        await Deno.writeTextFile(join(path, ".lock"), "");
        await work();
        assertEquals(namesIn(root), []);
      }
    } finally {
      FolderLock.tryTake = tryTake;
    }
  }));
