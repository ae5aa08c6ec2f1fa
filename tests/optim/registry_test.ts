import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { adam, adamW, decayWeights, optimizerFromConfig, optimizerNames } from "../../mod.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";

Deno.test("every optimizer is made again from its name and options", () => {
  for (const name of optimizerNames) {
    const spec = optimizerFromConfig({ name, learningRate: 0.25, clipNorm: 3 });
    const again = optimizerFromConfig({ name: spec.name, ...spec.options });
    assertEquals(spec.name, name);
    assertEquals(spec.learningRate, 0.25);
    assertEquals(again.options, spec.options);
    assertEquals(spec.options.clipNorm, 3);
  }
});

Deno.test("unknown names and options, and values out of range, are refused by name", () => {
  assertThrows(() => optimizerFromConfig({ name: "adm" }), Error, `expected one of ${optimizerNames.join(", ")}`);
  assertThrows(
    () => optimizerFromConfig({ name: "sgd", rate: 1 }),
    Error,
    "sgd: there is no option rate, only learning",
  );
  assertThrows(
    () => optimizerFromConfig({ name: "sgd", clipNorm: "3" }),
    Error,
    'clipByGlobalNorm: clipNorm: expected a number > 0, found "3".',
  );
  for (const name of optimizerNames) {
    const decays = "weightDecay" in optimizerFromConfig({ name }).options;
    for (
      const [option, value] of [
        ["learningRate", 0],
        ["learningRate", NaN],
        ...decays ? [["weightDecay", -1]] as const : [],
      ] as const
    ) {
      assertThrows(
        () => optimizerFromConfig({ name, [option]: value }),
        Error,
        `${name}: ${option}: expected a number`,
      );
    }
  }
});

Deno.test("every number of every optimizer is checked: it must be one, and whole where it counts something", () => {
  const counts = [
    "updateEvery",
    "basisEvery",
    "startEvery",
    "factorsEvery",
    "factorsWithin",
    "warmup",
    "initialProbes",
    "probes",
    "blockSize",
  ];
  for (const name of optimizerNames) {
    for (const [option, value] of Object.entries(optimizerFromConfig({ name }).options)) {
      const refuses = (wrong: number | string | readonly number[], message: string) =>
        assertThrows(() => optimizerFromConfig({ name, [option]: wrong }), Error, `${name}: ${message}`);
      if (typeof value === "number") {
        for (const wrong of [NaN, Infinity, -1]) refuses(wrong, `${option}: expected a number`);
        for (const wrong of ["much", "0.5"]) {
          assertMatch(refuses(wrong, `${option}: expected a number`).message, /, found ".*"\.$/);
        }
        if (counts.includes(option)) refuses(16.5, `${option}: expected a whole number, found 16.5.`);
      } else if (option === "betas") {
        refuses([1, 0.9], "betas: expected two numbers ≥ 0 and < 1, found [1,0.9].");
        refuses([0.9], "betas: expected two numbers in an array, found [0.9].");
        refuses([0.9, 0.99, 5], "betas: expected two numbers in an array, found [0.9,0.99,5].");
        refuses(0.9, "betas: expected two numbers in an array, found 0.9.");
        refuses(null as never, "betas: expected two numbers in an array, found null.");
      } else if (typeof value === "boolean") {
        refuses("no", `${option}: expected true or false, found "no".`);
      } else if (typeof value === "string") {
        refuses("other", `${option}: expected "`);
        refuses(5, `${option}: expected "`);
      }
    }
  }
});

Deno.test("a number of any optimizer that would be 0 or infinite in 32 bits is refused by name", () => {
  for (const { name, hyperparameters } of optimizerKinds) {
    for (const [option, { range }] of Object.entries(hyperparameters)) {
      const isPair = range.type === "pair";
      if (!isPair && (range.type !== "number" || range.whole)) continue;
      const made = (value: number) => optimizerFromConfig({ name, [option]: isPair ? [0.5, value] : value });
      made(1.2e-37);
      const what = isPair ? "two numbers" : "a number";
      const message = `${name}: ${option}: expected ${what}`;
      assertStringIncludes(assertThrows(() => made(1e-38), RangeError, message).message, "single precision can hold");
      assertThrows(() => made(1e39), RangeError, message);
    }
  }
  assertThrows(
    () => optimizerFromConfig({ name: "adam", clipNorm: 1e-40 }),
    RangeError,
    "clipByGlobalNorm: clipNorm: expected a number > 0 that single precision can hold",
  );
  assertThrows(() => decayWeights(1e39), RangeError, "decayWeights: weightDecay: expected a number ≥ 0 that single");
});

Deno.test("options that do not exist are refused where optimizers are made, with or without a configuration", () => {
  assertThrows(
    () => adam({ lr: 1 } as never),
    Error,
    "adam: there is no option lr, only learningRate, betas, epsilon, weightDecay.",
  );
  for (const name of optimizerNames) {
    const known = Object.keys(optimizerFromConfig({ name }).options).join(", ");
    assertThrows(
      () => optimizerFromConfig({ name, lr: 1 }),
      Error,
      `${name}: there is no option lr, only ${known}.`,
    );
  }
});

Deno.test("an option that is undefined takes its optimizer's own default", () => {
  assertEquals(adamW({ weightDecay: undefined }).options.weightDecay, 0.01);
  for (const name of optimizerNames) {
    const { options } = optimizerFromConfig({ name });
    for (const option of Object.keys(options)) {
      assertEquals(optimizerFromConfig({ name, [option]: undefined }).options, options, `${name}: ${option}`);
    }
  }
});
