import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { command } from "../../tasks/image/command.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { type Change, watchDisk } from "../../tasks/run/disk.ts";
import { resumeRunFolder } from "../../tasks/run/open_run_folder.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { EarlierRun } from "../../tasks/training/earlier_run.ts";
import { loadInput } from "../../tasks/training/load_input.ts";
import { PreparedRun } from "../../tasks/training/prepared_run.ts";
import { TrainingRun } from "../../tasks/training/training_run.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { smoothPng, tiny } from "../support/image_task.ts";
import { RecordedDisk, restoreFiles, STOPS } from "../support/recorded_disk.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

/** 4 epochs of one step, each with a measurement, and a snapshot at every second one. */
const LENGTH = { steps: 4, scheduleSteps: 4 };

/** Starts a run called "a" in a folder, or continues it, and makes all of its steps unless the signal stops it. */
async function train(gpu: Gpu, folder: string, picture: string, signal = new AbortController().signal): Promise<void> {
  const path = join(folder, "runs", "image", "a");
  using earlier = await Deno.stat(path).then(() => resumeRunFolder(path), () => undefined);
  const options = [picture, ...tiny, "--optimizer", "adam", "--epochs", "4"];
  const { values } = parseOptions([...options, "--evaluate-every", "1", "--snapshot-every", "2"], command);
  const resumed = earlier && await EarlierRun.read(earlier, imageTask);
  const settled = imageTask.settle(resumed?.values ?? values, { software: true });
  using prepared = new PreparedRun(gpu, imageTask, settled, await loadInput(imageTask, settled, gpu, signal), {
    signal,
  });
  const { input, field, optimizer } = prepared;
  const spent = await resumed?.restore(field, optimizer);
  const place = { root: join(folder, "runs"), task: "image", name: "a" };
  const parts = { task: "image", folder: earlier ?? place, length: LENGTH, input, field, optimizer, spent };
  using run = new TrainingRun({ ...parts, signal: new AbortController().signal, secondsBetweenCheckpoints: 0 });
  await run.begin();
  for await (const event of prepared.train(LENGTH)) await run.handle(event);
  await run.finish(signal);
}

/** What a run leaves that does not depend on the clock: all names, the newest checkpoint and the measurements without their times. */
async function result(folder: string) {
  const path = join(folder, "runs", "image", "a");
  const run = new RunFolder(path);
  const metrics = (await run.readMetrics()).map(({ seconds: _, ...rest }) => rest);
  const newest = await Deno.readFile((await run.latestCheckpoint())!.path);
  const names = ["", "checkpoints", "snapshots"].map((below) => namesIn(join(path, below)));
  return { names, metrics, newest };
}

/** A change as two, where the machine may stop in the middle of it. */
function halves(change: Change): Change[] {
  if (change.kind !== "write" && change.kind !== "append") return [change];
  const half = change.bytes.length >> 1;
  const first = { ...change, bytes: change.bytes.subarray(0, half) };
  return [first, change.kind === "write" ? change : { ...change, bytes: change.bytes.subarray(half) }];
}

/** Keeps the progress and the messages of runs off the screen. */
function silence(): Disposable {
  const { log, error } = console;
  const { writeSync } = Deno.stderr;
  console.log = console.error = () => {};
  Deno.stderr.writeSync = (bytes) => bytes.length;
  return {
    [Symbol.dispose]() {
      Object.assign(console, { log, error });
      Deno.stderr.writeSync = writeSync;
    },
  };
}

Deno.test("whenever the machine stops, a run goes on from what is left and ends with the same bits and files", () =>
  inFolder(async (folder) => {
    const picture = join(folder, "picture.png");
    await Deno.writeFile(picture, smoothPng(8, 8));
    using gpu = await openDevice({ allowSoftware: true, kernels: "register" });
    using _ = silence();
    const whole = join(folder, "whole");
    await Deno.mkdir(whole);
    const changes: Change[] = [];
    {
      using _ = watchDisk((change) =>
        changes.push("bytes" in change ? { ...change, bytes: change.bytes.slice() } : change)
      );
      await train(gpu, whole, picture);
    }
    const expected = await result(whole);
    assertEquals(expected.metrics.map(({ step }) => step), [1, 2, 3, 4]);
    assertEquals(expected.names.slice(1), [
      ["step-00000002.safetensors", "step-00000003.safetensors", "step-00000004.safetensors"],
      ["step-00000001.png", "step-00000003.png"],
    ]);

    const disk = new RecordedDisk(whole);
    const states = new Map<string, ReturnType<RecordedDisk["left"]>>();
    for (const change of changes.flatMap(halves)) {
      disk.apply(change);
      for (const stop of STOPS) {
        const left = disk.left(stop);
        const key = [...left].map(([path, content]) => `${path} ${content?.toHex()}`).sort().join("\n");
        states.set(key, left);
      }
    }
    assert(states.size > 50, `${states.size} states`);
    let resumed = 0;
    // Several at a time, because a run mostly waits for the device.
    const queue = [...states.values()].entries();
    const work = async () => {
      for (const [index, left] of queue) {
        const again = join(folder, `again${index}`);
        await restoreFiles(again, left);
        const exists = await Deno.stat(join(again, "runs", "image", "a")).then(() => true, () => false);
        if (exists) resumed++;
        await train(gpu, again, picture);
        assertEquals(await result(again), expected, `state ${index}: ${[...left.keys()].join(", ")}`);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: 8 }, work));
    for (const each of ended) if (each.status === "rejected") throw each.reason;
    console.info(`${changes.length} changes, ${states.size} states, ${resumed} resumed`);
    // Once a checkpoint was complete, it stays.
    assert(resumed > states.size / 2, `${resumed} of ${states.size}`);
  }));
