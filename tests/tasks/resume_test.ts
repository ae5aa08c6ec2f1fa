import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { encodePng, openDevice } from "../../mod.ts";
import { CheckpointMismatchError } from "../../lib/train/mod.ts";
import { TrainingStep } from "../../lib/train/training_step.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { watchDisk } from "../../tasks/run/disk.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { EarlierRun } from "../../tasks/training/earlier_run.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { smoothPng, tiny, withEsgd } from "../support/image_task.ts";
import { quietly } from "../support/quietly.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";
import { newestCheckpoint } from "../support/training_task.ts";

const options = [...tiny, "--optimizer", "adam", "--activation", "gaussian", "--seed", "3"];

/** What a user gives to `deno task image`, in this process; returns what was said on standard error. */
function image(folder: string, ...args: string[]): Promise<string> {
  return quietly(folder, () => runTraining(imageTask, withEsgd(args), new AbortController().signal));
}

/** Gives a folder with a finished run of four epochs, three steps each, with three checkpoints, to `work`. */
function withRun(work: (folder: string, path: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    await image(folder, "picture.png", ...options, "--epochs", "4", "--evaluate-every", "1", "--name", "a");
    await work(folder, join(folder, "runs", "image", "a"));
  });
}

/** All files of a run but its lock, with their contents. */
async function contents(path: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of [...namesIn(path), ...namesIn(join(path, "checkpoints")).map((name) => `checkpoints/${name}`)]) {
    if (name !== ".lock" && name !== "checkpoints") files[name] = (await Deno.readFile(join(path, name))).toBase64();
  }
  return files;
}

Deno.test("a run is not continued with another field than that of its checkpoints, and the part that differs is named", () =>
  withRun(async (folder, path) => {
    const file = join(path, "config.json");
    const text = await Deno.readTextFile(file);
    const config = JSON.parse(text);
    const tries: [changed: object, different: RegExp][] = [
      [
        { activation: "sine" },
        /expected a field with "sine" as layers\[0\]\.activation\.name, found one with "gaussian"/,
      ],
      [{ sigma: 3 }, /expected a field with 3 as layers\[0\]\.activation\.options\.sigma, found one with 0?\.\d+/],
      [{ encoding: "positional" }, /expected a field with "\w+" as layers\[0\]\.name, found one with "\w+[.\w]*"/],
      [
        { width: 9 },
        /expected a field with 9 as layers\[0\]\.units, found one with 8: the file is of another field\.$/,
      ],
      [{ optimizer: "sgd" }, /expected a checkpoint of sgd, found one of adam\.$/],
    ];
    for (const [changed, different] of tries) {
      await Deno.writeTextFile(file, JSON.stringify({ ...config, options: { ...config.options, ...changed } }));
      const before = await contents(path);
      const resumed = image(folder, "--resume", path, "--epochs", "5");
      assertMatch((await assertRejects(() => resumed, Error)).message, different);
      assertEquals(await contents(path), before);
    }
    await Deno.writeTextFile(file, JSON.stringify({ ...config, options: { ...config.options, seed: 99 } }));
    await image(folder, "--resume", path, "--epochs", "5");
    // Defaults of the activation are not among them, as if they had been given.
    const resumed = JSON.parse(await Deno.readTextFile(file));
    assertEquals(resumed.options, { ...config.options, epochs: 5, seed: 99 });
  }));

Deno.test("a run is not continued on another picture of the same size, unless it was recorded before there was a hash", () =>
  withRun(async (folder, path) => {
    const [picture, file] = [join(folder, "picture.png"), join(path, "config.json")];
    const pixels = new Float32Array(16 * 12 * 3).fill(0.5);
    await Deno.writeFile(picture, encodePng({ width: 16, height: 12, channels: 3, pixels }));
    const before = await contents(path);
    const refused = async (message: string) => {
      const { message: found } = await assertRejects(() => image(folder, "--resume", path, "--epochs", "5"), UserError);
      assertEquals(found, message);
    };
    await refused(`${picture}: expected the pixels that the run began with, found different ones.`);
    assertEquals(await contents(path), before);
    const { dataHash, ...config } = JSON.parse(await Deno.readTextFile(file));
    await Deno.writeTextFile(file, JSON.stringify({ ...config, dataHash: 7 }));
    await refused(`${file}, dataHash: expected 64 hexadecimal digits, found 7.`);
    await Deno.writeTextFile(file, JSON.stringify(config));
    await image(folder, "--resume", path, "--epochs", "5");
    // From now on it is a run on this picture.
    assertNotEquals(JSON.parse(await Deno.readTextFile(file)).dataHash, dataHash);
    await Deno.writeFile(picture, smoothPng(16, 12));
    await refused(`${picture}: expected the pixels that the run began with, found different ones.`);
  }));

Deno.test("a run goes on, or is made again, with the optimizer it began with, whatever a task's defaults are now", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const withSoap = options.with(options.indexOf("adam"), "soap");
    await image(folder, "picture.png", ...withSoap, "--epochs", "1", "--name", "a");
    const path = join(folder, "runs", "image", "a");
    const file = join(path, "config.json");
    const config = JSON.parse(await Deno.readTextFile(file));
    const { updateEvery, learningRate } = config.optimizer;
    assertEquals(config.options.updateEvery, undefined);
    // As if the defaults had been others, and an option had not existed.
    const { factorsWithin, ...before } = { ...config.optimizer, updateEvery: updateEvery + 1, betas: [0.8, 0.9] };
    const usual = updateEvery + 1;
    assertNotEquals(factorsWithin, usual);
    const began = { ...before, learningRate: 2 * learningRate };
    await Deno.writeTextFile(file, JSON.stringify({ ...config, optimizer: began }));
    for (const epochs of ["2", "3"]) {
      await image(folder, "--resume", path, "--epochs", epochs);
      const { optimizer } = JSON.parse(await Deno.readTextFile(file));
      assertEquals(optimizer, { ...began, factorsWithin: usual });
    }
    const optimizerOf = async (name: string, ...args: string[]) => {
      await image(folder, "--config", file, "--name", name, ...args);
      return JSON.parse(await Deno.readTextFile(join(folder, "runs", "image", name, "config.json"))).optimizer;
    };
    await Deno.writeTextFile(file, JSON.stringify({ ...config, optimizer: began }));
    assertEquals(await optimizerOf("again"), { ...began, factorsWithin: usual });
    assertEquals(await optimizerOf("changed", "--learning-rate", "0.001"), {
      ...began,
      factorsWithin: usual,
      learningRate: 1e-3,
    });
    // A default that an older run took from another option follows what is given for that option, also where it was recorded.
    const { startEvery: _, ...neither } = before;
    for (const optimizer of [neither, { ...neither, startEvery: usual, factorsWithin: usual }]) {
      await Deno.writeTextFile(file, JSON.stringify({ ...config, optimizer }));
      for (const every of [40, 4]) {
        const { updateEvery, startEvery, factorsWithin } = await optimizerOf(
          `${"startEvery" in optimizer}${every}`,
          "--update-every",
          `${every}`,
        );
        assertEquals([updateEvery, startEvery, factorsWithin], [every, every, every]);
      }
    }
    // Those of the tasks are at most the interval, also where an older run recorded more.
    const { updateEvery: own, startEvery: start } = config.optimizer;
    await Deno.writeTextFile(file, JSON.stringify(config));
    for (const [every, expected] of [[40, [40, 5, 10]], [4, [4, 4, 4]]] as const) {
      const { updateEvery, startEvery, factorsWithin } = await optimizerOf(
        `fits${every}`,
        "--update-every",
        `${every}`,
      );
      assertEquals([updateEvery, startEvery, factorsWithin], expected);
    }
    assertEquals([own, start], [80, 5]);
    const few = { ...config, options: { ...config.options, updateEvery: 4 } };
    await Deno.writeTextFile(file, JSON.stringify({ ...few, optimizer: { ...config.optimizer, updateEvery: 4 } }));
    assertEquals(await optimizerOf("few"), { ...config.optimizer, updateEvery: 4, startEvery: 4, factorsWithin: 4 });
    await Deno.writeTextFile(file, JSON.stringify({ ...config, optimizer: began }));
    // What another choice on the command line makes of the defaults is not a default that has changed.
    const paper = await optimizerOf("paper", "--preset", "paper");
    assertEquals([paper.updateEvery, paper.startEvery, paper.factorsWithin], [10, 10, 10]);
    assertEquals([paper.refresh, paper.betas], ["qr", [0.95, 0.95]]);
    const other = await optimizerOf("other", "--activation", "relu");
    assertEquals([other.betas, other.learningRate], [[0.9, 0.9], 3e-3]);
  }));

Deno.test("a field is not loaded from a run whose options describe another one, or whose checkpoint is of another step", () =>
  withRun(async (_, path) => {
    using gpu = await openDevice({ kernels: "register" });
    const earlier = await EarlierRun.read(new RunFolder(path), imageTask);
    const values = imageTask.settle(earlier.values, gpu.adapter);
    const load = async (changed: Partial<typeof values>) => {
      const { field, step } = await earlier.loadField(gpu, imageTask.field({ ...values, ...changed }, 3));
      field[Symbol.dispose]();
      return step;
    };
    const { error } = console;
    console.error = () => {};
    try {
      assertEquals(await load({}), 12);
      await assertRejects(() => load({ activation: "sine" }), CheckpointMismatchError, "layers[0].activation.name");
      const [newest, later] = ["12", "99"].map((step) => join(path, "checkpoints", `step-000000${step}.safetensors`));
      await Deno.rename(newest, later);
      assertEquals(await load({}), 9);
    } finally {
      console.error = error;
    }
    assertEquals(gpu.liveBuffers, 0);
  }));

Deno.test("a checkpoint that cannot be read now is not taken for a damaged one", () =>
  withRun(async (folder, path) => {
    const before = await contents(path);
    const { readFile } = Deno;
    for (
      const [code, text] of [["EACCES", "Permission denied (os error 13)"], ["EIO", "Input/output error (os error 5)"]]
    ) {
      const refused = (file: string | URL) =>
        Promise.reject(Object.assign(new Error(`${text}: readfile '${file}'`), { code }));
      Deno.readFile = (file) => String(file).endsWith("00012.safetensors") ? refused(file) : readFile(file);
      try {
        const { message } = await assertRejects(() => image(folder, "--resume", path, "--epochs", "5"), Error);
        const file = join(path, "checkpoints", "step-00000012.safetensors");
        assertEquals(
          message,
          `${file}: cannot be read: ${text}. The checkpoint may be whole, so no older one is used instead.`,
        );
      } finally {
        Deno.readFile = readFile;
      }
    }
    assertEquals(await contents(path), before);
  }));

Deno.test("a run whose checkpoints are gone is not begun again over its measurements and results", () =>
  withRun(async (folder, path) => {
    for (const name of namesIn(join(path, "checkpoints"))) await Deno.remove(join(path, "checkpoints", name));
    const refused = async () => {
      const before = await contents(path);
      const { message } = await assertRejects(() => image(folder, "--resume", path, "--epochs", "6"), Error);
      assertMatch(
        message,
        /checkpoints: expected a checkpoint, found none, although the run has made 12 steps: it cannot be/,
      );
      assertEquals(await contents(path), before);
    };
    await refused();
    await Deno.remove(join(path, "summary.json"));
    await refused();
    // A kill between the first measurement and its checkpoint leaves this.
    const [first] = (await Deno.readTextFile(join(path, "metrics.jsonl"))).split("\n");
    await Deno.writeTextFile(join(path, "metrics.jsonl"), `${first}\n`);
    await image(folder, "--resume", path, "--epochs", "4");
    assertEquals((await new RunFolder(path).readMetrics()).length, 4);
  }));

Deno.test("a checkpoint whose name says another step is set aside, and the bits are those of an undisturbed run", () =>
  withRun(async (folder, path) => {
    await image(folder, "picture.png", ...options, "--epochs", "5", "--evaluate-every", "1", "--name", "whole");
    const file = (step: string) => join(path, "checkpoints", `step-000000${step}.safetensors`);
    await Deno.rename(file("12"), file("99"));
    const said = await image(folder, "--resume", path, "--epochs", "5");
    const sentence = `${file("99")}: expected the checkpoint of step 99, as its name says, found one of step 12.`;
    assertStringIncludes(said, `${sentence} The checkpoint of step 9 is used instead.`);
    assertEquals(await newestCheckpoint(path), await newestCheckpoint(join(folder, "runs", "image", "whole")));
    assertEquals(namesIn(join(path, "checkpoints")).filter((name) => name.includes("99")), ["step-00000099.damaged"]);
  }));

Deno.test("a run whose hidden layers are stored as halves goes on with halves, to the bits of an uninterrupted one", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const run = (name: string, ...args: string[]) =>
      image(folder, "picture.png", ...options, "--schedule", "constant", "--name", name, ...args);
    const path = (name: string) => join(folder, "runs", "image", name);
    const bits = async (name: string) => (await newestCheckpoint(path(name))).bytes;
    await run("whole", "--storage", "f16", "--epochs", "4");
    await run("parts", "--storage", "f16", "--epochs", "2");
    await image(folder, "--resume", path("parts"), "--epochs", "4");
    await run("single", "--epochs", "4");
    assertEquals(await bits("parts"), await bits("whole"));
    assertNotEquals(await bits("single"), await bits("whole"));
    const { options: recorded } = JSON.parse(await Deno.readTextFile(join(path("parts"), "config.json")));
    assertEquals(recorded.storage, "f16");
    const refused = () => image(folder, "--resume", path("parts"), "--storage", "f32");
    assertMatch((await assertRejects(refused, UserError)).message, /--storage/);
    const unknown = () => run("other", "--storage", "f8");
    assertMatch((await assertRejects(unknown, Error)).message, /--storage: expected one of f32, f16, found "f8"/);
  }));

Deno.test("a run that is stopped before its first step neither keeps its name nor pretends to have results", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const path = join(folder, "runs", "image", "a");
    const args = ["picture.png", ...options, "--epochs", "1", "--name", "a"];
    const stopped = async (...args: string[]) => {
      const { tune } = TrainingStep.prototype;
      const controller = new AbortController();
      TrainingStep.prototype.tune = () => Promise.resolve(controller.abort());
      try {
        await quietly(folder, () => runTraining(imageTask, withEsgd(args), controller.signal));
      } finally {
        TrainingStep.prototype.tune = tune;
      }
      assertEquals(namesIn(path), [".lock", "config.json", "index.html", "summary.json"]);
    };
    await stopped(...args);
    await stopped(...args);
    await stopped("--resume", path);
    await image(folder, "--resume", path);
    assertEquals((await newestCheckpoint(path)).step, 3);
    await assertRejects(() => image(folder, ...args), Error, "a run of this name exists");
  }));

/** Trains, and does something before the line of a step is appended to the measurements. */
async function disturbed(
  folder: string,
  step: number,
  disturb: (path: string) => void,
  ...args: string[]
): Promise<string> {
  const path = join(folder, "runs", "image", "b");
  using _watching = watchDisk(({ kind, path: file, ...change }) => {
    if (kind !== "append" || !file.endsWith("metrics.jsonl") || !("bytes" in change)) return;
    if (JSON.parse(new TextDecoder().decode(change.bytes)).step === step) disturb(path);
  });
  return await image(folder, ...args);
}

Deno.test("a run whose measurements cannot be written saves its state before it ends", () =>
  withRun(async (folder, whole) => {
    const args = ["picture.png", ...options, "--epochs", "4", "--evaluate-every", "1", "--name", "b"];
    const deny = () => {
      throw Object.assign(new Error("Permission denied (os error 13)"), { code: "EACCES" });
    };
    const sentence = "metrics.jsonl: cannot be written: Permission denied.";
    await assertRejects(() => disturbed(folder, 9, deny, ...args), Error, sentence);
    const path = join(folder, "runs", "image", "b");
    assertEquals((await newestCheckpoint(path)).step, 9);
    await image(folder, "--resume", path);
    assertEquals(await newestCheckpoint(path), await newestCheckpoint(whole));
  }));

Deno.test("what somebody removes from the folder of a live run is noticed, and the run can be resumed afterwards", () =>
  withRun(async (folder, whole) => {
    const remove = (name: string) => (path: string) => Deno.removeSync(join(path, name), { recursive: true });
    const args = ["picture.png", ...options, "--epochs", "4", "--evaluate-every", "1", "--name", "b"];
    const path = join(folder, "runs", "image", "b");
    for (
      const [name, step, left] of [["config.json", 6, 3], ["config.json", 12, 3], ["checkpoints", 9, 2], [
        "checkpoints",
        12,
        1,
      ]] as const
    ) {
      await disturbed(folder, step, remove(name), ...args);
      assertEquals(namesIn(join(path, "checkpoints")).length, left);
      assertEquals(await newestCheckpoint(path), await newestCheckpoint(whole));
      await image(folder, "--resume", path, "--epochs", "5");
      await Deno.remove(path, { recursive: true });
    }
  }));

Deno.test("a run that is shorter than asked for, because its schedule ends, says so", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const lengths = ["--epochs", "4", "--schedule-epochs", "2", "--schedule"];
    const said = await image(folder, "picture.png", ...options, ...lengths, "cosine");
    const end = "The run will end at step 6, after 2.0 epochs";
    assertStringIncludes(said, `${end}, because the cosine schedule ends there with a learning rate of 0.`);
    assert(!(await image(folder, "picture.png", ...options, ...lengths, "constant")).includes(end));
  }));

Deno.test("a finished run is taken further with a schedule that begins again, also if that is interrupted", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
    const short = ["picture.png", ...options, "--schedule", "cosine", "--epochs", "2", "--evaluate-every", "1"];
    for (const name of ["whole", "parts"]) await image(folder, ...short, "--name", name);
    const [whole, parts] = ["whole", "parts"].map((name) => join(folder, "runs", "image", name));
    const said = await image(folder, "--resume", whole, "--epochs", "6");
    assertStringIncludes(said, "The schedule, cosine, has ended and begins again (a warm restart)");
    const read = async (path: string, file: string) => JSON.parse(await Deno.readTextFile(join(path, file)));
    const { steps, scheduleSteps, restarts, schedule } = await read(whole, "config.json");
    assertEquals([steps, scheduleSteps, schedule], [18, 6, { name: "cosine", steps: 12, final: 0 }]);
    assertEquals(restarts, [{ step: 6, scheduleSteps: 18 }]);
    assertEquals((await read(whole, "summary.json")).restarts, restarts);
    const stop = new AbortController();
    {
      using _watching = watchDisk(({ kind, path }) => {
        if (kind === "append" && path.endsWith("metrics.jsonl")) stop.abort();
      });
      await quietly(folder, () => runTraining(imageTask, ["--resume", parts, "--epochs", "6"], stop.signal));
    }
    assertEquals((await read(parts, "summary.json")).status, "stopped");
    await image(folder, "--resume", parts);
    const [one, other] = [await newestCheckpoint(whole), await newestCheckpoint(parts)];
    assertEquals([one.step, other.step], [18, 18]);
    assertEquals(one.bytes, other.bytes);
  }));
