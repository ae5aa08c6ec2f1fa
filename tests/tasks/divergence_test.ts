import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { gaussian, mlp } from "../../mod.ts";
import { segmentsOf } from "../../lib/field/description.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import { ImageInput } from "../../tasks/image/image_input.ts";
import { imageTask as imageTraining } from "../../tasks/image/task.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { imageTask, smoothPng, tiny } from "../support/image_task.ts";
import { quietly } from "../support/quietly.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

/** Runs work in a folder with a picture of 24 × 24 pixels; 9 steps an epoch. */
function withPicture(work: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(24, 24));
    await work(folder);
  });
}

async function readRun(folder: string, name: string) {
  const path = join(folder, "runs", "image", name);
  const read = async (file: string) => JSON.parse(await Deno.readTextFile(join(path, file)));
  return { path, summary: await read("summary.json"), config: await read("config.json") };
}

const wild = ["picture.png", ...tiny, "--activation", "relu", "--optimizer", "adam", "--schedule", "constant"];

Deno.test("a run whose loss stays far above that of a constant has diverged; curve and summary stay", () =>
  withPicture(async (folder) => {
    const rate = ["--learning-rate", "100", "--epochs", "30", "--evaluate-every", "1"];
    const { code, stderr } = await imageTask(folder, ...wild, ...rate, "--name", "far");
    assertEquals(code, 1, stderr);
    assertMatch(
      stderr,
      /\nerror: Training diverged at step \d+: the loss is [\d.e+]+, above its limit of 25\.0\. A lower/,
    );
    const { path, summary } = await readRun(folder, "far");
    assertEquals([summary.status, summary.aborted], ["diverged", false]);
    assert(summary.divergedAt >= 50 && summary.psnr < 0);
    assert(namesIn(path).includes("metrics.jsonl"));
    assert(namesIn(path).includes("convergence.svg"));
  }));

Deno.test("with --on-divergence rollback it goes back to the last good checkpoint at half the rate, at most five times", () =>
  withPicture(async (folder) => {
    const roll = ["--on-divergence", "rollback", "--epochs", "20", "--evaluate-every", "1"];
    const few = await imageTask(folder, ...wild, ...roll, "--learning-rate", "40", "--name", "few");
    const many = await imageTask(folder, ...wild, ...roll, "--learning-rate", "1e6", "--name", "many");
    assertEquals(few.code, 0, few.stderr);
    const { summary, config } = await readRun(folder, "few");
    assertEquals([summary.status, summary.steps], ["finished", 180]);
    const { rollbacks } = config;
    assert(rollbacks.length >= 1 && rollbacks.length <= 5);
    assertEquals(summary.rollbacks, rollbacks);
    assertEquals(rollbacks.map(({ learningRate }: { learningRate: number }) => learningRate)[0], 20);
    assertEquals(config.options.learningRate, 40 / 2 ** rollbacks.length);
    assertMatch(
      few.stderr,
      /The run goes back to (its beginning|the checkpoint of step \d+), with a learning rate of 20\./,
    );

    assertEquals(many.code, 1, many.stderr);
    const end = await readRun(folder, "many");
    assertEquals([end.summary.status, end.config.rollbacks.length], ["diverged", 5]);
  }));

const small = ["--evaluate-every", "1"];

/** What a user gives to `deno task image`, in this process; returns what was said on standard error. */
function image(folder: string, ...args: string[]): Promise<string> {
  return quietly(folder, () => runTraining(imageTraining, args, new AbortController().signal));
}

Deno.test("a run whose last measurement is far above the loss of a constant has diverged, whatever its last losses were", () =>
  withPicture(async (folder) => {
    const { measure } = ImageInput.prototype;
    ImageInput.prototype.measure = async function (field, signal) {
      await measure.call(this, field, signal);
      return { loss: 41.5, psnr: -16.19 };
    };
    try {
      const calm = ["--learning-rate", "1e-3", "--epochs", "2", "--name", "hidden"];
      const { message } = await assertRejects(() => image(folder, ...wild, ...small, ...calm), DivergenceError);
      assertMatch(message, /at step 18: the loss is 41\.5, above its limit of 25\.0\./);
    } finally {
      ImageInput.prototype.measure = measure;
    }
    const { path, summary } = await readRun(folder, "hidden");
    assertEquals([summary.status, summary.psnr], ["diverged", -16.19]);
    assertEquals(namesIn(path).includes("checkpoints"), false);
  }));

Deno.test("a run that diverges keeps the checkpoints from before, and goes back to them also when it is resumed", () =>
  withPicture(async (folder) => {
    await image(folder, ...wild, ...small, "--learning-rate", "1e-3", "--epochs", "5", "--name", "late");
    const { path, config } = await readRun(folder, "late");
    const checkpoints = () => namesIn(join(path, "checkpoints"));
    const good = ["step-00000027.safetensors", "step-00000036.safetensors", "step-00000045.safetensors"];
    assertEquals(checkpoints(), good);
    const options = { ...config.options, learningRate: 300 };
    await Deno.writeTextFile(join(path, "config.json"), JSON.stringify({ ...config, options }));
    await assertRejects(() => image(folder, "--resume", path, "--epochs", "14"), DivergenceError);
    assertEquals(checkpoints(), good);
    let end = "";
    const said = await quietly(folder, () => {
      const resume = ["--resume", path, "--on-divergence", "rollback"];
      return runTraining(imageTraining, resume, new AbortController().signal).catch((error) => end = error.name);
    });
    assertMatch(said, /The run goes back to the checkpoint of step 45, with a learning rate of 150\./);
    assert(end === "DivergenceError" ? checkpoints().includes(good[2]) : end === "", end);
  }));

Deno.test("going back halves every learning rate that was given", () =>
  withPicture(async (folder) => {
    const rates = ["--optimizer", "muon", "--learning-rate", "0.01", "--adam-learning-rate", "1e6"];
    const roll = ["--on-divergence", "rollback", "--epochs", "8", "--name", "muon"];
    const options = ["picture.png", ...tiny, ...small, "--activation", "relu", "--schedule", "constant"];
    await assertRejects(() => image(folder, ...options, ...rates, ...roll), DivergenceError);
    const { config } = await readRun(folder, "muon");
    const half = 2 ** config.rollbacks.length;
    assertEquals([config.options.learningRate, config.options.adamLearningRate], [0.01 / half, 1e6 / half]);
  }));

Deno.test("a network that no buffer can hold is refused at once: which option, by how much, and what would fit", () =>
  withPicture(async (folder) => {
    const huge = ["--layers", "64", "--optimizer", "adam", "--epochs", "1"];
    const { code, stderr } = await imageTask(folder, "picture.png", ...huge, "--width", "4096");
    assertEquals(code, 1);
    const size = "--width 4096, --layers 64, --optimizer adam: parameters";
    const sizes = "expected at most (\\d+) MiB, .* found \\d+ MiB, which is \\d+ MiB more";
    const found = new RegExp(`error: ${size}: ${sizes}; --width (\\d+) would fit\\.\n$`).exec(stderr);
    assert(found !== null, stderr);
    const [limit, width] = found.slice(1).map(Number);
    const field = mlp({ inputs: 2, hidden: Array(64).fill(width), outputs: 3, activation: gaussian() });
    const { deviceLength } = new Layout(segmentsOf(field));
    assert(deviceLength * 4 <= limit * 2 ** 20 && deviceLength * 4 > 0.8 * limit * 2 ** 20);
  }));
