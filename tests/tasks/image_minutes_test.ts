import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { constant, cosine } from "../../lib/train/schedule.ts";
import { runLength, type RunLengthRequest, withoutIdleSteps } from "../../tasks/training/run_length.ts";
import { command } from "../../tasks/image/command.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { chosenSchedule } from "../../tasks/training/schedule.ts";
import { fastClock } from "../support/clock.ts";
import { imageTask, smoothPng, tiny } from "../support/image_task.ts";

/** 10 steps an epoch, 2 steps a second. */
const request = (limits: Partial<RunLengthRequest["limits"]>, rest: Partial<RunLengthRequest> = {}) => {
  const { made = 0 } = rest;
  return {
    limits: { epochs: undefined, minutes: undefined, ...limits },
    stepsPerEpoch: 10,
    made,
    stepsWithin: (seconds: number) => made + 2 * seconds,
    ...rest,
  };
};

Deno.test("a run ends at its epochs or its minutes, whichever comes first; the schedule's horizon is the planned end", () => {
  assertEquals(runLength(request({ epochs: 3 })), { steps: 30, scheduleSteps: 30 });
  assertEquals(runLength(request({ minutes: 1 })), { steps: 120, scheduleSteps: 120 });
  assertEquals(runLength(request({ minutes: 1, epochs: 3 })), { steps: 30, scheduleSteps: 30 });
  assertEquals(runLength(request({ minutes: 1, epochs: 30 })), { steps: 120, scheduleSteps: 300 });
  assertEquals(runLength(request({ minutes: 1 }, { scheduleEpochs: 7 })), { steps: 120, scheduleSteps: 70 });
});

Deno.test("steps after a schedule that ends at a rate of 0 are left out; where no others are left, it begins again", () => {
  const length = { steps: 60, scheduleSteps: 40 };
  assertEquals(withoutIdleSteps(length, cosine({ steps: 40 }), 30), { steps: 40, scheduleSteps: 40 });
  assertEquals(withoutIdleSteps({ ...length, steps: 40 }, cosine({ steps: 40 }), 40).steps, 40);
  assertEquals(withoutIdleSteps(length, cosine({ steps: 40, final: 0.1 }), 40), length);
  assertEquals(withoutIdleSteps(length, constant(), 40), length);
  const again = { ...length, restarts: [{ step: 40, scheduleSteps: 60 }] };
  assertEquals(withoutIdleSteps(length, cosine({ steps: 40 }), 40), again);
  const { values } = parseOptions(["--schedule", "cosine"], command);
  const schedule = chosenSchedule(values, again);
  const [first, second] = [cosine({ steps: 40 }), cosine({ steps: 20 })];
  for (const step of [0, 13, 39]) assertEquals(schedule.factor(step), first.factor(step));
  for (const step of [40, 47, 60]) assertEquals(schedule.factor(step), second.factor(step - 40));
  assertEquals(withoutIdleSteps(again, schedule, 45), again);
  const third = { ...again, steps: 70 };
  assertEquals(withoutIdleSteps(third, schedule, 45).steps, 60);
  assertEquals(withoutIdleSteps(third, schedule, 60).restarts, [
    { step: 40, scheduleSteps: 60 },
    { step: 60, scheduleSteps: 70 },
  ]);
});

Deno.test("a resumed run keeps its horizon, and its end unless it is given another", () => {
  const rest = { made: 40, resumed: { steps: 60, scheduleSteps: 70 } };
  assertEquals(runLength(request({}, rest)), { steps: 60, scheduleSteps: 70 });
  assertEquals(runLength(request({ epochs: 9 }, rest)), { steps: 90, scheduleSteps: 70 });
  assertEquals(runLength(request({ minutes: 1 }, rest)), { steps: 160, scheduleSteps: 70 });
  assertEquals(runLength(request({ minutes: 1, epochs: 9 }, rest)), { steps: 90, scheduleSteps: 70 });
  assertThrows(
    () => runLength(request({ epochs: 3 }, rest)),
    Error,
    "--epochs 3: the run has made 4.0 epochs already.",
  );
});

Deno.test("--minutes fixes the number of steps before the run, and adds to it when resuming", async () => {
  const folder = await Deno.makeTempDir();
  using _ = fastClock(8);
  await Deno.writeFile(join(folder, "picture.png"), smoothPng(16, 12));
  const path = join(folder, "runs", "image", "timed");
  const read = async (name: string) => JSON.parse(await Deno.readTextFile(join(path, name)));
  const first = await imageTask(folder, "picture.png", "--minutes", "0.06", "--name", "timed", ...tiny);
  assertEquals(first.code, 0, first.stderr);
  const { steps, scheduleSteps } = await read("config.json");
  assertEquals(scheduleSteps, steps);
  assertEquals((await read("summary.json")).steps, steps);
  assertStringIncludes(first.stderr, `The run will end at step ${steps}, after ${(steps / 3).toFixed(1)} epochs.`);
  const second = await imageTask(folder, "--resume", path, "--minutes", "0.06");
  assertEquals(second.code, 0, second.stderr);
  const resumed = await read("config.json");
  assert(resumed.steps > steps, `${resumed.steps} after ${steps}`);
  assertEquals(resumed.scheduleSteps, scheduleSteps);
  assertEquals([resumed.options.epochs, resumed.options.minutes], [undefined, 0.06]);
  assertEquals((await read("summary.json")).steps, resumed.steps);
  await Deno.remove(folder, { recursive: true });
});
