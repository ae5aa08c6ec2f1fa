import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { constant, cosine, exponential, linearWarmup, stepDecay } from "../../lib/train/schedule.ts";
import {
  type ScheduleConfig,
  scheduleFromConfig,
  scheduleNames,
  scheduleOver,
  scheduleToConfig,
} from "../../lib/train/schedule_registry.ts";
import { fromJson, toJson } from "../../tasks/run/json.ts";

Deno.test("a constant schedule changes nothing", () => {
  assertEquals([0, 1, 1e9].map(constant().factor), [1, 1, 1]);
});

Deno.test("a warm-up rises in equal parts, reaches 1 in its last step and stays there", () => {
  const { factor } = linearWarmup({ steps: 4 });
  assertEquals([0, 1, 2, 3, 4, 1000].map(factor), [0.25, 0.5, 0.75, 1, 1, 1]);
});

Deno.test("what follows a warm-up counts from its end", () => {
  const then = cosine({ steps: 10 });
  const { factor } = linearWarmup({ steps: 3, then });
  assertEquals([3, 8, 13, 20].map(factor), [0, 5, 10, 17].map(then.factor));
});

Deno.test("an exponential schedule has equal ratios between steps, ends at final and stays there", () => {
  const { factor } = exponential({ steps: 100, final: 0.01 });
  assertEquals([0, 100, 101, 1e9].map(factor), [1, 0.01, 0.01, 0.01]);
  assertAlmostEquals(factor(50), 0.1, 1e-15);
  assertAlmostEquals(factor(31) / factor(30), factor(71) / factor(70), 1e-14);
});

Deno.test("an exponential schedule may rise", () => {
  assertAlmostEquals(exponential({ steps: 2, final: 100 }).factor(1), 10, 1e-14);
});

Deno.test("a cosine is 1 at first, half-way in the middle, final at its end and after it", () => {
  const { factor } = cosine({ steps: 200, final: 0.2 });
  assertEquals([0, 200, 201, 1e9].map(factor), [1, 0.2, 0.2, 0.2]);
  assertAlmostEquals(factor(100), 0.6, 1e-15);
  assertAlmostEquals(factor(50), 0.2 + 0.8 * 0.5 * (1 + Math.SQRT1_2), 1e-15);
  assertEquals(cosine({ steps: 200 }).factor(200), 0);
});

Deno.test("a step decay drops at each multiple of its period", () => {
  const { factor } = stepDecay({ every: 10, factor: 0.5 });
  assertEquals([0, 9, 10, 19, 20, 30].map(factor), [1, 1, 0.5, 0.5, 0.25, 0.125]);
});

Deno.test("every schedule comes back from its configuration as JSON", () => {
  const schedules = [
    constant(),
    linearWarmup({ steps: 7 }),
    exponential({ steps: 30, final: 0.1 }),
    cosine({ steps: 30, final: 0.05 }),
    stepDecay({ every: 4, factor: 0.3 }),
    linearWarmup({ steps: 5, then: linearWarmup({ steps: 5, then: exponential({ steps: 20, final: 0.01 }) }) }),
  ];
  assertEquals(new Set(schedules.map(({ name }) => name)), new Set(scheduleNames));
  for (const schedule of schedules) {
    const config = fromJson(toJson(scheduleToConfig(schedule))) as ScheduleConfig;
    const again = scheduleFromConfig(config);
    assertEquals(scheduleToConfig(again), scheduleToConfig(schedule));
    for (let step = 0; step < 40; step++) assertEquals(again.factor(step), schedule.factor(step));
  }
});

Deno.test("a configuration has name and settings side by side, defaults filled in", () => {
  assertEquals(scheduleToConfig(linearWarmup({ steps: 5, then: cosine({ steps: 9 }) })), {
    name: "linearWarmup",
    steps: 5,
    then: { name: "cosine", steps: 9, final: 0 },
  });
});

Deno.test("settings out of range are refused with their value", () => {
  const cases: [() => unknown, string][] = [
    [() => linearWarmup({ steps: 0 }), "linearWarmup: steps: expected a number ≥ 1, found 0."],
    [() => exponential({ steps: 2.5, final: 1 }), "exponential: steps: expected a whole number, found 2.5."],
    [() => exponential({ steps: 2, final: 0 }), "exponential: final: expected a number > 0, found 0."],
    [() => cosine({ steps: NaN }), "cosine: steps: expected a number ≥ 1, found NaN."],
    [() => cosine({ steps: 2, final: -1 }), "cosine: final: expected a number ≥ 0, found -1."],
    [() => stepDecay({ every: -1, factor: 1 }), "stepDecay: every: expected a number ≥ 1, found -1."],
    [() => stepDecay({ every: 1, factor: NaN }), "stepDecay: factor: expected a number > 0, found NaN."],
  ];
  for (const [make, message] of cases) assertThrows(make, RangeError, message);
});

Deno.test("a configuration with an unknown name, an unknown setting or one missing is refused", () => {
  const cases: [ScheduleConfig, string][] = [
    [{ name: "cosin" }, 'constant, exponential, cosine, stepDecay, linearWarmup, found "cosin".'],
    [{ name: "toString" }, 'found "toString".'],
    [{ name: "cosine", steps: 5, then: { name: "constant" } }, "cosine: there is no option then, only steps, final."],
    [{ name: "constant", rate: 1 }, "constant: there is no option rate, none."],
    [{ name: "exponential", steps: 5 }, "exponential: final: expected a number > 0, found undefined."],
    [
      { name: "linearWarmup", steps: 5, then: { name: "cosine" } },
      "cosine: steps: expected a number ≥ 1, found undefined.",
    ],
  ];
  for (const [config, message] of cases) assertThrows(() => scheduleFromConfig(config), RangeError, message);
});

Deno.test("a schedule over a run takes its steps from the run's, and its options from the declarations", () => {
  const config = (name: string, options = {}) => scheduleToConfig(scheduleOver(name, 1000, options));
  assertEquals(config("constant"), { name: "constant" });
  assertEquals(config("linearWarmup"), { name: "linearWarmup", steps: 50 });
  assertEquals(config("exponential"), { name: "exponential", steps: 1000, final: 0.01 });
  assertEquals(config("cosine", { finalFactor: 0.2 }), { name: "cosine", steps: 1000, final: 0.2 });
  assertEquals(config("stepDecay", { drops: 4 }), { name: "stepDecay", every: 250, factor: 0.1 });
  assertEquals(config("linearWarmup", { warmupShare: 0.2, then: "exponential", finalFactor: 0.5 }), {
    name: "linearWarmup",
    steps: 200,
    then: { name: "exponential", steps: 800, final: 0.5 },
  });
  assertThrows(() => config("constant", { finalFactor: 0.5 }), RangeError, "constant: there is no option finalFactor");
  assertThrows(() => config("linearWarmup", { warmupShare: 1 }), RangeError, "warmupShare");
});

Deno.test("a warm-up over a run has the same length for a share of 0.05 as for a twentieth", () => {
  for (let steps = 1; steps < 5000; steps++) {
    assertEquals(scheduleOver("linearWarmup", steps).options.steps, Math.max(1, Math.round(steps / 20)));
  }
});
