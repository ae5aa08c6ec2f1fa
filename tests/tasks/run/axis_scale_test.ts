import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { axisScale, positionOn } from "../../../tasks/run/chart/axis_scale.js";

const labels = (values: number[], type: "linear" | "log", tight = false) => {
  const scale = axisScale(values, type, tight);
  return scale.ticks.map(scale.label);
};

Deno.test("a linear axis ends at round numbers around its values", () => {
  const { min, max, ticks } = axisScale([21.3, 37.2], "linear", false);
  assertEquals([min, max], [20, 40]);
  assertEquals(ticks, [20, 25, 30, 35, 40]);
});

Deno.test("a tight axis ends where its values do, unless a tick is near or zero is", () => {
  const ends = (values: number[]) => [axisScale(values, "linear", true)].flatMap(({ min, max }) => [min, max]);
  assertEquals(ends([30, 64.2]), [30, 64.2]);
  assertEquals(ends([0, 4999]), [0, 5000]);
  assertEquals(ends([100, 2000]), [0, 2000]);
});

Deno.test("ticks carry no rounding noise, and labels as many digits as they need", () => {
  assertEquals(labels([0.1, 0.6], "linear"), ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]);
  assertEquals(labels([1, 1.9], "linear"), ["1.0", "1.2", "1.4", "1.6", "1.8", "2.0"]);
  assertEquals(labels([-40_000, 0], "linear"), ["−40\u00a0000", "−30\u00a0000", "−20\u00a0000", "−10\u00a0000", "0"]);
  assertEquals(labels([0, 5000], "linear"), ["0", "1000", "2000", "3000", "4000", "5000"]);
  assertEquals(labels([-3e-5, 2e-5], "linear").slice(0, 3), ["−3×10^−5", "−2×10^−5", "−10^−5"]);
});

Deno.test("a log axis has powers of ten, with 2 and 5 between when there are few, or every other when many", () => {
  assertEquals(labels([2e-4, 0.3], "log"), ["10^−4", "10^−3", "10^−2", "10^−1", "10^0"]);
  assertEquals(labels([1.1, 8.3], "log"), ["1", "2", "5", "10"]);
  assertEquals(labels([3, 80], "log"), ["2", "5", "10", "20", "50", "100"]);
  const { ticks, min, max } = axisScale([1e-12, 0.9], "log", false);
  assert(ticks.length <= 8);
  assert(min <= 1e-12 && max >= 0.9);
});

Deno.test("a log axis over much less than a decade has evenly spaced ticks", () => {
  assertEquals(labels([0.279, 0.31], "log"), ["0.27", "0.28", "0.29", "0.30", "0.31"]);
});

Deno.test("equal values, a single one and none at all still give an axis", () => {
  for (const values of [[], [5], [5, 5], [0], [-2], [1e-9, 1e-9]]) {
    for (const type of ["linear", "log"] as const) {
      for (const tight of [true, false]) {
        const { min, max, ticks } = axisScale(values, type, tight);
        assert(min < max && ticks.length >= 2, `${values} ${type} ${tight}: ${min} ${max} ${ticks}`);
        const slack = 1e-9 * (max - min);
        assert(ticks.every((tick) => tick >= min - slack && tick <= max + slack));
        if (type === "log") assert(min > 0);
      }
    }
  }
});

Deno.test("an axis of values that are all 0 begins at 0", () => {
  const { min, max } = axisScale([0, 0], "linear", false);
  assertEquals([min, max], [0, 1]);
});

Deno.test("values without a place on the axis do not widen it", () => {
  assertEquals(axisScale([1, 2, NaN, Infinity], "linear", true).max, 2);
  assert(axisScale([0, -1, 0.5, 0.9], "log", false).min > 0.1);
});

Deno.test("every value lies between the ends of its axis", () => {
  for (let i = 0; i < 300; i++) {
    const values = [Math.sin(i) * 10 ** (i % 13 - 6), Math.cos(i * i) * 10 ** (i % 7 - 3)];
    for (const type of ["linear", "log"] as const) {
      for (const tight of [true, false]) {
        const scale = axisScale(values, type, tight);
        for (const value of values) {
          if (type === "log" && value <= 0) continue;
          const position = positionOn(scale, value);
          assert(position > -1e-9 && position < 1 + 1e-9, `${values} ${type} ${tight}: ${position}`);
        }
      }
    }
  }
});

Deno.test("positions on a log axis go by ratios", () => {
  const scale = axisScale([1, 10_000], "log", true);
  assertAlmostEquals(positionOn(scale, 100), 0.5, 1e-12);
});
