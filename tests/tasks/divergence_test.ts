import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { gaussian, mlp } from "../../mod.ts";
import { segmentsOf } from "../../lib/field/description.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { imageTask, smoothPng, tiny } from "../support/image_task.ts";
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
    const [few, many] = await Promise.all([
      imageTask(folder, ...wild, ...roll, "--learning-rate", "40", "--name", "few"),
      imageTask(folder, ...wild, ...roll, "--learning-rate", "1e6", "--name", "many"),
    ]);
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
