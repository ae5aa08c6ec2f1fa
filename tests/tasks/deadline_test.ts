import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { command } from "../../tasks/image/command.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { beginClosing } from "../../tasks/training/closing.ts";
import { divideTime } from "../../tasks/training/closing_parts.ts";
import { Deadline } from "../../tasks/training/deadline.ts";
import { lastStepBefore, roomBefore } from "../../tasks/training/deadline_room.ts";
import { loadInput } from "../../tasks/training/load_input.ts";
import { PreparedRun } from "../../tasks/training/prepared_run.ts";
import { runLength } from "../../tasks/training/run_length.ts";
import { runTraining } from "../../tasks/training/run_training.ts";
import { TrainingRun } from "../../tasks/training/training_run.ts";
import { imageTask as imageProcess, smoothPng, tiny, withEsgd } from "../support/image_task.ts";
import { quietly } from "../support/quietly.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

/** A deadline with so many seconds left, whose clock stands still. */
const left = (seconds: number) => new Deadline(`${seconds}s`, seconds, () => 0);
const costs = { evaluation: 1, ending: 3, closing: [{ name: "mesh", seconds: 10 }] };
const steps = { made: 0, stepsPerEpoch: 10, secondsOf: () => 0.1 };

Deno.test("the steps, evaluations and closing measurements that are planned before a deadline fit together", () => {
  for (const seconds of [20, 60, 600, 86400]) {
    for (const limits of [{}, { evaluateEvery: 1 }, { evaluateEvery: 7 }, { evaluationInterval: 60 }]) {
      const room = roomBefore(left(seconds), costs);
      const last = lastStepBefore(left(seconds), costs, { ...steps, ...limits });
      const epochs = limits.evaluateEvery ?? Math.max(1, Math.ceil(last / 10 / 20));
      const evaluations = Math.floor(last / 10 / epochs) +
        Math.floor(0.1 * last / (limits.evaluationInterval ?? Infinity));
      const used = 0.1 * last + evaluations * costs.evaluation;
      assert(used <= room.training, `${seconds} s: ${used} of ${room.training}`);
      assert(used > 0.9 * room.training - 2, `${seconds} s: only ${used} of ${room.training}`);
      assert(room.training + room.closing + costs.ending < 0.95 * seconds);
      assert(room.training >= room.closing);
    }
  }
});

Deno.test("a deadline that is too short for a step is refused, and the one that the message names is not", () => {
  const { message } = assertThrows(() => lastStepBefore(left(5), costs, steps), Error) as Error;
  assertMatch(message, /^--deadline 5s: expected time for at least one step and what follows it, but .* would fit\.$/);
  const enough = Number(/--deadline (\d+)s would fit/.exec(message)![1]);
  assert(enough > 5 && lastStepBefore(left(enough), costs, steps) >= 1);
});

Deno.test("a costly first step has its time, counts once, and takes that of closing measurements", () => {
  const costly = { ...steps, secondsOf: (step: number) => step === 0 ? 8 : 0.1 };
  // 5 s for the end and 1 s of margin leave 14 s, of which half is less than the first step.
  assertEquals(Math.round(roomBefore(left(20), costs, 8).closing), 0);
  assert(lastStepBefore(left(20), costs, costly) > 10);
  const { message } = assertThrows(() => lastStepBefore(left(10), costs, costly), Error) as Error;
  assertStringIncludes(message, "the next step alone takes about 8.0 s");
  const enough = Number(/--deadline (\d+)s would fit/.exec(message)![1]);
  assert(enough < 20 && lastStepBefore(left(enough), costs, costly) >= 1);
});

Deno.test("the start ends before a piece of work that may not end in time, and says what is likely to fit", () => {
  let now = 0;
  const guard = new Deadline("20s", 20, () => now).guard();
  for (const time of [4, 5, 13.9]) {
    now = time;
    if (time < 13) guard();
  }
  // The longest piece took 8.9 s: another one would end after the deadline.
  assertThrows(guard, UserError, "what would fit is not known yet: try --deadline 59s.");
});

Deno.test("a device's guard ends what is recorded, once, and the device can be used afterwards", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using buffer = gpu.buffer("guarded", 16);
  gpu.write(buffer, new Float32Array([1, 2, 3, 4]));
  gpu.guard = () => {
    throw new UserError("over");
  };
  gpu.clear(buffer);
  await assertRejects(() => gpu.synchronize(), UserError, "over");
  await gpu.synchronize();
  assertEquals([...new Float32Array((await gpu.read(buffer))[0])], [1, 2, 3, 4]);
});

Deno.test("a deadline determines the length of a run without epochs; one with epochs keeps its length and its schedule", () => {
  const request = { stepsPerEpoch: 10, made: 0, reached: 50, stepsWithin: (seconds: number) => 2 * seconds };
  assertEquals(runLength({ ...request, limits: {} }), { steps: 50, scheduleSteps: 50 });
  assertEquals(runLength({ ...request, limits: { minutes: 1 } }), { steps: 50, scheduleSteps: 50 });
  assertEquals(runLength({ ...request, limits: { minutes: 0.1 } }), { steps: 12, scheduleSteps: 12 });
  assertEquals(runLength({ ...request, limits: { epochs: 9 } }), { steps: 90, scheduleSteps: 90 });
  const resumed = { steps: 90, scheduleSteps: 90 };
  assertEquals(runLength({ ...request, limits: {}, resumed, made: 20 }), resumed);
});

Deno.test("closing measurements share the time: whole parts first, and the rest for what can be made in part", () => {
  const parts = [{ name: "path", seconds: 10 }, { name: "views", seconds: 90, isDivisible: true }];
  assertEquals(divideTime(parts, Infinity), { path: 10, views: 90 });
  assertEquals(divideTime(parts, 30), { path: 10, views: 20 });
  assertEquals(divideTime(parts, 15), { path: 0, views: 15 });
  assertEquals(divideTime([{ name: "a", seconds: 5 }, { name: "b", seconds: 4 }], 8), { a: 5, b: 0 });
  assertAlmostEquals(divideTime(parts, 0).views, 0);
});

Deno.test("a closing measurement without time is left out and named; one that a signal stops throws", async () => {
  const leftOut: string[] = [];
  const asked = new AbortController();
  const parts = { say: () => {}, print: () => {}, leaveOut: (what: string) => leftOut.push(what), compared: false };
  const closing = beginClosing({ ...parts, signal: asked.signal, stopped: false, deadline: left(12) });
  assertEquals([await closing.part("short", () => 1, 5), await closing.part("long", () => 2, 50)], [1, undefined]);
  assertEquals(leftOut, ["long"]);
  const late = beginClosing({ ...parts, signal: asked.signal, stopped: false, deadline: left(1) });
  assertEquals([await late.part("late", () => 3), late.isLate()], [undefined, true]);
  assertEquals(leftOut, ["long", "late"]);
  asked.abort(new Error("stopped"));
  const stopped = await closing.part("stopped", () => 4).catch(({ message }: Error) => message);
  assertEquals([stopped, closing.isLate()], ["stopped", false]);
});

Deno.test("a run that its deadline ends is measured and tells how to go on, and ends with the bits of an uninterrupted one", () =>
  inFolder(async (folder) => {
    using gpu = await openDevice({ kernels: "register" });
    const picture = join(folder, "p.png");
    await Deno.writeFile(picture, smoothPng(16, 12));
    const options = [picture, ...tiny, "--optimizer", "adam", "--schedule", "cosine"];
    const args = [...options, "--epochs", "6", "--evaluate-every", "2"];
    const { signal } = new AbortController();
    const settled = imageTask.settle(parseOptions(withEsgd(args), command).values, { software: true });
    const length = { steps: 18, scheduleSteps: 18 };
    await quietly(folder, async () => {
      using prepared = new PreparedRun(gpu, imageTask, settled, await loadInput(imageTask, settled, gpu, signal));
      const { input, field, optimizer } = prepared;
      const place = { root: join(folder, "runs"), task: "image", name: "a" };
      const ends = { signal, deadline: left(600), trainingTimeIsOver: signal };
      using run = new TrainingRun({ task: "image", folder: place, length, input, field, optimizer, ...ends });
      for await (const event of prepared.train(length, { until: 7 })) await run.handle(event);
      await run.finish(signal);
    });
    const path = join(folder, "runs", "image", "a");
    const summary = JSON.parse(await Deno.readTextFile(join(path, "summary.json")));
    assertEquals([summary.status, summary.aborted, summary.steps], ["stopped", false, 7]);
    assert(summary.ssim !== undefined && summary.leftOut === undefined);
    const train = (...words: string[]) => quietly(folder, () => runTraining(imageTask, withEsgd(words), signal));
    const config = await Deno.readTextFile(join(path, "config.json"));
    await Deno.remove(join(path, "reconstruction.png"));
    await train("--resume", path, "--conclude");
    assertEquals(JSON.parse(await Deno.readTextFile(join(path, "summary.json"))), summary);
    assertEquals(await Deno.readTextFile(join(path, "config.json")), config);
    assert(namesIn(path).includes("reconstruction.png"));
    for (
      const [words, sentence] of [
        [[picture, "--conclude"], "--conclude: expected --resume FOLDER beside it, found none."],
        [["--resume", path, "--conclude", "--epochs", "9"], "--conclude makes no step, so --epochs cannot be given"],
      ] as const
    ) await assertRejects(() => train(...words), UserError, sentence);
    const said = await train("--resume", path, "--deadline", `${Math.ceil(performance.now() / 1000) + 600}s`);
    assertStringIncludes(said, "The deadline is ");
    await train(...args, "--name", "whole");
    const [found, whole] = await Promise.all(["a", "whole"].map(async (name) => {
      const run = new RunFolder(join(folder, "runs", "image", name));
      return {
        measured: (await run.readMetrics()).map(({ seconds: _, ...rest }) => rest),
        bytes: await Deno.readFile((await run.latestCheckpoint())!.path),
      };
    }));
    assertEquals(found, whole);
  }));

Deno.test("a run without time for its first step is refused, and the page of one that fails says why", () =>
  inFolder(async (folder) => {
    using gpu = await openDevice({ kernels: "register" });
    await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
    const { signal } = new AbortController();
    const args = [join(folder, "p.png"), ...tiny];
    const settled = imageTask.settle(parseOptions(withEsgd(args), command).values, { software: true });
    const over = left(1).before(1);
    const length = { steps: 18, scheduleSteps: 18 };
    using prepared = new PreparedRun(gpu, imageTask, settled, await loadInput(imageTask, settled, gpu, signal));
    const { input, field, optimizer } = prepared;
    const begun = async (name: string, until: AbortSignal) => {
      const place = { root: join(folder, "runs"), task: "image", name };
      const run = new TrainingRun({
        ...{ task: "image", folder: place, length, input, field, optimizer, signal },
        trainingTimeIsOver: until,
      });
      for await (const event of prepared.train(length, { until: 1, signal: until })) await run.handle(event);
      return run;
    };
    const pageOf = (name: string) => Deno.readTextFile(join(folder, "runs", "image", name, "index.html"));
    await quietly(folder, async () => {
      using late = await begun("late", over);
      const { message } = await assertRejects(() => late.finish(signal), UserError);
      assertMatch(message, /^--deadline 1s: expected time for at least one step/);
      assertStringIncludes(await pageOf("late"), '<span class="status stopped">');
      using failed = await begun("failed", signal);
      await failed.failed(new Error("The device is lost."));
      const page = await pageOf("failed");
      assertStringIncludes(page, '<span class="status failed">failed</span>');
      assertStringIncludes(page, "The device is lost.");
    });
  }));

Deno.test("a deadline before the first step leaves nothing, and one that is none is refused", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
    const late = await imageProcess(folder, "p.png", ...tiny, "--deadline", "1s", "--name", "late");
    assertEquals(late.code, 1);
    const [, tried] = /; what would fit is not known yet: try --deadline (\d+)s\.\n$/.exec(late.stderr) ?? [];
    // Twice the time since this process started, the longest piece of work in it, and ten seconds.
    const most = Math.ceil(3 * Math.max(1, performance.now() / 1000) + 10);
    assert(Number(tried) >= 12 && Number(tried) <= most, late.stderr);
    assertMatch(
      late.stderr,
      /^error: --deadline 1s: expected time for at least one step and what follows it, but .*\.\n$/,
    );
    assertEquals(namesIn(folder), ["p.png"]);
    const { stderr } = await imageProcess(folder, "p.png", ...tiny, "--deadline", "soon");
    assertEquals(stderr, 'error: --deadline: expected a time above 0 such as 90s, 20m or 1h30m, found "soon".\n');
  }));
