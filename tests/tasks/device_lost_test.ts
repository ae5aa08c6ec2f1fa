import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Gpu } from "../../lib/gpu/device.ts";
import { DeviceLostError } from "../../lib/gpu/mod.ts";
import { Optimizer } from "../../lib/optim/optimizer.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { runComparison } from "../../tasks/compare/run_comparison.ts";
import { runCurvature } from "../../tasks/curvature/run_curvature.ts";
import { runNerf } from "../../tasks/nerf/run_nerf.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { fastClock } from "../support/clock.ts";
import { smoothPng, withEsgd } from "../support/image_task.ts";
import { loseDevice } from "../support/lent_devices.ts";
import "../support/no_png_plots.ts";
import { quietly } from "../support/quietly.ts";
import { randomNumbers } from "../support/random_numbers.ts";
import { inFolder } from "../support/temporary_folder.ts";
import { newestCheckpoint } from "../support/training_task.ts";

const options = ["--width", "8", "--layers", "1", "--size", "0", "--batch-size", "64", "--kernels", "register"];

/** Destroys the device at these steps, counted over all devices, rehearsed ones included. */
function destroyAt(steps: readonly number[]): Disposable & { readonly count: number } {
  return destroyWhen((count) => steps.includes(count));
}

/** Destroys the device at the steps of which this is true, given their number, counted likewise. */
function destroyWhen(isDue: (count: number) => boolean): Disposable & { readonly count: number } {
  const { step } = Optimizer.prototype;
  let count = 0;
  Optimizer.prototype.step = function (...args) {
    if (isDue(++count)) loseDevice(this.gpu.device);
    return step.apply(this, args);
  };
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      Optimizer.prototype.step = step;
    },
  };
}

/** Trains on a picture in a folder, and returns what was said on standard error. */
function train(folder: string, name: string): Promise<string> {
  const args = ["picture.png", ...options, "--epochs", "4", "--name", name];
  return quietly(folder, () => runTraining(imageTask, withEsgd(args), new AbortController().signal));
}

Deno.test("a run whose device is lost in any tenth of its steps ends with the bits of one whose device was not", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(24, 24));
    const path = (name: string) => join(folder, "runs", "image", name);
    const summaryOf = async (name: string) => JSON.parse(await Deno.readTextFile(join(path(name), "summary.json")));
    let steps = 0;
    {
      using counted = destroyAt([]);
      await train(folder, "whole");
      steps = counted.count;
    }
    const whole = await newestCheckpoint(path("whole"));
    const { psnr } = await summaryOf("whole");
    const random = randomNumbers(7);
    // At a random step of each tenth, rehearsed ones included.
    for (let i = 0; i < 10; i++) {
      const name = `lost${i}`;
      const at = 1 + Math.floor((i + random()) * steps / 10);
      using _ = destroyAt([at]);
      const said = await train(folder, name);
      assertEquals(await newestCheckpoint(path(name)), whole, `lost at step ${at} of ${steps}`);
      const summary = await summaryOf(name);
      assertEquals(
        [summary.psnr, summary.status, summary.deviceLosses],
        [psnr, "finished", 1],
        `lost at step ${at} of ${steps}`,
      );
      assertStringIncludes(said, "The GPU device was lost");
      assertStringIncludes(said, "It is opened again, and the run goes on from ");
    }
  }));

Deno.test("a run whose device is lost again and again gives up after three times", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(24, 24));
    const every = Array.from({ length: 100 }, (_, i) => 60 * (i + 1));
    using _ = destroyAt(every);
    const args = withEsgd(["picture.png", ...options, "--epochs", "100000", "--name", "poor"]);
    const said = await quietly(folder, async () => {
      await assertRejects(() => runTraining(imageTask, args, new AbortController().signal), DeviceLostError);
    });
    assertEquals(said.split("It is opened again, and the run goes on from ").length - 1, 3);
  }));

Deno.test("a comparison whose device is lost, while speed is measured and in a final run, has the results of one whose device was not", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(24, 24));
    using _clock = fastClock(16);
    const compare = async (name: string) => {
      const said = await quietly(folder, () =>
        runComparison(
          ["--input", join(folder, "picture.png"), "--activations", "gaussian", "--optimizers", "adam", "--seeds", "2"]
            .concat(options, "--epochs", "2", "--name", name),
          new AbortController().signal,
        ));
      const text = await Deno.readTextFile(join(folder, "runs", "compare", name, "results.jsonl"));
      const runs = text.trim().split("\n").map((line) => JSON.parse(line));
      // A run that other programs disturbed is repeated and has two lines.
      return { said, figures: Object.fromEntries(runs.map(({ id, figures }) => [id, figures])) };
    };
    const { figures: whole } = await compare("whole");
    const finalRuns = join(folder, "runs", "compare", "lost", "runs");
    let inFinalRuns = 0;
    using _ = destroyWhen((count) => {
      if (isFolder(finalRuns)) inFinalRuns++;
      return count === 2 || inFinalRuns === 25;
    });
    const { said, figures } = await compare("lost");
    assertEquals(figures, whole);
    assertEquals(said.split("It is opened again, and the comparison goes on.").length, 3);
  }));

Deno.test("frames whose rendering loses the device are those of a device that was not lost", () =>
  inFolder(async (folder) => {
    const size =
      "--layers 1 --width 8 --samples 4 --rays 512 --size 12 --kernels register --epochs 1 --test-views 1 --name a";
    const nerf = (...args: string[]) => quietly(folder, () => runNerf(args, new AbortController().signal));
    await nerf(...size.split(" "));
    const run = join(folder, "runs", "nerf", "a");
    const render = ["render", run, "--frames", "3", "--width", "12"];
    await nerf(...render);
    const frames = async () => await Promise.all([0, 1, 2].map((i) => Deno.readFile(join(run, "orbit", `00${i}.png`))));
    const whole = await frames();
    await Deno.remove(join(run, "orbit"), { recursive: true });
    {
      using _ = destroyAtRead(2);
      assertStringIncludes(await nerf(...render), "It is opened again, and the rendering goes on.");
    }
    assertEquals(await frames(), whole);
  }));

Deno.test("a report on curvature whose device is lost goes on with the part that was being measured", () =>
  inFolder(async (folder) => {
    const size =
      "--size 8 --width 4 --layers 1 --batch-sizes 16 --samples 16 --small-width 4 --activations sine --seeds 1";
    const report = async (name: string) => {
      const args = [...size.split(" "), "--kernels", "register", "--name", name];
      const said = await quietly(folder, () => runCurvature(args, new AbortController().signal));
      const text = await Deno.readTextFile(join(folder, "runs", "curvature", name, "results.jsonl"));
      const parts = text.trim().split("\n").map((line) => ({ ...JSON.parse(line), seconds: 0 }));
      // Costs are measured times.
      return { said, parts: parts.map((part) => part.measurement === "costs" ? { ...part, result: {} } : part) };
    };
    const whole = await report("whole");
    using lost = destroyAtRead(40);
    const { said, parts } = await report("lost");
    assertStringIncludes(said, "It is opened again, and the report goes on.", `${lost.count} reads`);
    assertStringIncludes(said, "What was measured before the following error is in ");
    assertEquals(parts, whole.parts);
  }));

/** Destroys the device at its read of this number. */
function destroyAtRead(number: number): Disposable & { readonly count: number } {
  const { read } = Gpu.prototype;
  let count = 0;
  Gpu.prototype.read = function (this: Gpu, ...args: Parameters<Gpu["read"]>) {
    if (++count === number) loseDevice(this.device);
    return read.apply(this, args);
  } as Gpu["read"];
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      Gpu.prototype.read = read;
    },
  };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
