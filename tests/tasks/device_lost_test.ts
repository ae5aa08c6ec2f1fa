import { assertEquals, assertGreater, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DeviceLostError } from "../../lib/gpu/mod.ts";
import { Optimizer } from "../../lib/optim/optimizer.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { smoothPng } from "../support/image_task.ts";
import { randomNumbers } from "../support/random_numbers.ts";
import { inFolder } from "../support/temporary_folder.ts";
import { newestCheckpoint } from "../support/training_task.ts";

const options = ["--width", "16", "--layers", "2", "--size", "0", "--batch-size", "64", "--kernels", "register"];

/** Destroys the device at these steps, counted over all devices, rehearsed ones included. */
function destroyAt(steps: readonly number[]): Disposable & { readonly count: number } {
  const { step } = Optimizer.prototype;
  let count = 0;
  Optimizer.prototype.step = function (...args) {
    if (steps.includes(++count)) this.gpu.device.destroy();
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
async function train(folder: string, name: string, epochs = 4): Promise<string> {
  const { log, error } = console;
  const said: string[] = [];
  console.log = () => {};
  console.error = (line: string) => said.push(line);
  Deno.env.set("INIT_CWD", folder);
  try {
    const args = ["picture.png", ...options, "--epochs", String(epochs), "--name", name];
    await runTraining(imageTask, args, new AbortController().signal);
  } finally {
    Object.assign(console, { log, error });
    Deno.env.delete("INIT_CWD");
  }
  return said.join("\n");
}

Deno.test("a run whose device is lost at any of 20 random steps ends with the bits of one whose device was not", () =>
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
    for (let i = 0; i < 20; i++) {
      const name = `lost${i}`;
      const at = 1 + Math.floor(random() * steps);
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
    using lost = destroyAt(every);
    await assertRejects(() => train(folder, "poor", 100_000), DeviceLostError);
    assertGreater(lost.count, 239);
  }));
