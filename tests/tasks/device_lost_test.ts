import { assertEquals, assertGreater, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DeviceLostError } from "../../lib/gpu/mod.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { smoothPng } from "../support/image_task.ts";
import { randomNumbers } from "../support/random_numbers.ts";
import { inFolder } from "../support/temporary_folder.ts";
import { newestCheckpoint } from "../support/training_task.ts";

const options = ["--width", "16", "--layers", "2", "--size", "0", "--batch-size", "64", "--kernels", "register"];

/** Destroys the device at these submits, counted over all devices. */
function destroyAt(submits: readonly number[]): Disposable & { readonly count: number } {
  const { submit } = GPUQueue.prototype;
  const { requestDevice } = GPUAdapter.prototype;
  const devices = new Map<GPUQueue, GPUDevice>();
  let count = 0;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requestDevice.apply(this, args);
    devices.set(device.queue, device);
    return device;
  };
  GPUQueue.prototype.submit = function (...args) {
    if (submits.includes(++count)) devices.get(this)!.destroy();
    return submit.apply(this, args);
  };
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      GPUQueue.prototype.submit = submit;
      GPUAdapter.prototype.requestDevice = requestDevice;
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

Deno.test("a run whose device is lost at any of 20 random times ends with the bits of one whose device was not", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(24, 24));
    const path = (name: string) => join(folder, "runs", "image", name);
    const summaryOf = async (name: string) => JSON.parse(await Deno.readTextFile(join(path(name), "summary.json")));
    let submits = 0;
    {
      using counted = destroyAt([]);
      await train(folder, "whole");
      submits = counted.count;
    }
    const whole = await newestCheckpoint(path("whole"));
    const { psnr } = await summaryOf("whole");
    const random = randomNumbers(7);
    for (let i = 0; i < 20; i++) {
      const name = `lost${i}`;
      // Half of them after most kernels are compiled.
      const early = i % 2 === 0 ? 0 : submits / 2;
      const at = 1 + Math.floor(early + random() * (submits - 1 - early));
      using _ = destroyAt([at]);
      const said = await train(folder, name);
      assertEquals(await newestCheckpoint(path(name)), whole, `lost at submit ${at}`);
      const summary = await summaryOf(name);
      assertEquals([summary.psnr, summary.status, summary.deviceLosses], [psnr, "finished", 1], `lost at submit ${at}`);
      assertStringIncludes(said, "The GPU device was lost");
      assertStringIncludes(said, "It is opened again, and the run goes on from ");
    }
  }));

Deno.test("a run whose device is lost again and again gives up after three times", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(24, 24));
    const every = Array.from({ length: 4000 }, (_, i) => 60 + i).filter((submit) => submit % 60 === 0);
    using lost = destroyAt(every);
    await assertRejects(() => train(folder, "poor", 100_000), DeviceLostError);
    assertGreater(lost.count, 239);
  }));
