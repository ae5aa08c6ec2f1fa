import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkRange, COUNT_FROM_0, FROM_0, POSITIVE, type ValueRange } from "../../lib/hyperparameter/mod.ts";
import { activationKinds } from "../../lib/field/activation/registry.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import { gaussian } from "../../lib/field/activation/gaussian.ts";
import { meanSquaredError } from "../../lib/objective/mean_squared_error.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { checkVolume } from "../../lib/objective/volume_rendering.ts";
import { weightedSum } from "../../lib/objective/weighted_sum.ts";
import { cosine, exponential, stepDecay } from "../../lib/train/schedule.ts";

const [SMALLEST, LARGEST] = [1.2e-38, 3.4e38];
const HELD = "single precision can hold (1.2e-38 to 3.4e+38 in size), found ";

Deno.test("the numbers allowed are 0 and those that single precision holds with all digits", () => {
  assert(SMALLEST >= 2 ** -126 && SMALLEST < 1.03 * 2 ** -126);
  const largest = (2 - 2 ** -23) * 2 ** 127;
  assert(LARGEST <= largest && LARGEST > 0.99 * largest);
  const signed: ValueRange = { type: "number" };
  for (const value of [0, SMALLEST, -SMALLEST, LARGEST, -LARGEST]) checkRange("x", value, signed);
  for (const value of [0.99 * SMALLEST, -0.99 * SMALLEST, 1.01 * LARGEST, -1.01 * LARGEST, Number.MIN_VALUE]) {
    const { message } = assertThrows(() => checkRange("x", value, signed), RangeError);
    assertEquals(message, `x: expected a number that ${HELD}${value}.`);
  }
});

Deno.test("a bound of a range is said first, and pairs are checked like numbers", () => {
  const message = (value: unknown, range: ValueRange) =>
    assertThrows(() => checkRange("x", value, range), RangeError).message;
  assertEquals(message(-1e39, FROM_0), "x: expected a number ≥ 0, found -1e+39.");
  assertEquals(message(1e39, POSITIVE), `x: expected a number > 0 that ${HELD}1e+39.`);
  const pair: ValueRange = { type: "pair", each: POSITIVE };
  checkRange("x", [1, 2], pair);
  assertEquals(message([1e-39, 1], pair), `x: expected two numbers > 0 that ${HELD}[1e-39,1].`);
  assertEquals(message([1e-39, 0], pair), "x: expected two numbers > 0, found [1e-39,0].");
  assertEquals(message([1, 1.5], { type: "pair", each: COUNT_FROM_0 }), "x: expected two numbers ≥ 0, found [1,1.5].");
});

Deno.test("whole numbers such as seeds and counts may have any size", () => {
  for (const value of [0, 2 ** 53, 1e39]) checkRange("x", value, COUNT_FROM_0);
});

Deno.test("activations, encodings, objectives and schedules refuse numbers that single precision cannot hold", () => {
  let count = 0;
  for (const { name, hyperparameters, make } of [...activationKinds, ...encodingKinds, ...objectiveKinds]) {
    for (const [option, { range }] of Object.entries(hyperparameters)) {
      if (range.type !== "number" || range.whole) continue;
      count++;
      for (const value of [1e-40, 1e39]) {
        const { message } = assertThrows(() => make({ [option]: value }), RangeError, `${name}: ${option}: expected a`);
        assertStringIncludes(message, HELD);
      }
    }
  }
  assert(count >= 5, `${count}`);
  for (
    const make of [
      (value: number) => cosine({ steps: 5, final: value }),
      (value: number) => exponential({ steps: 5, final: value }),
      (value: number) => stepDecay({ every: 5, factor: value }),
    ]
  ) for (const value of [1e-40, 1e39]) assertThrows(() => make(value), RangeError, HELD);
});

Deno.test("a width σ whose 1/σ² single precision cannot hold is refused", () => {
  for (const sigma of [1e-19, 1e18]) {
    const [factor] = gaussian({ sigma }).constants;
    assert(factor >= SMALLEST && factor <= LARGEST);
  }
  for (const sigma of [1e-20, 1e20]) {
    assertThrows(
      () => gaussian({ sigma }),
      RangeError,
      `gaussian: sigma: expected a σ whose 1/σ² single precision can hold, found ${sigma}.`,
    );
  }
});

Deno.test("weights of a sum and the factor of a density are refused likewise", () => {
  const objective = meanSquaredError();
  for (const weight of [NaN, Infinity]) {
    assertThrows(
      () => weightedSum([{ objective, weight }]),
      RangeError,
      "weightedSum: term 0: weight: expected a number",
    );
  }
  assertThrows(() => weightedSum([{ objective, weight: 1e39 }]), RangeError, `weight: expected a number that ${HELD}`);
  assertThrows(
    () => checkVolume({ intervals: 2, densityScale: 1e-39 }),
    RangeError,
    "volume rendering: densityScale: ",
  );
});
