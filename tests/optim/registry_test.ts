import { assertEquals, assertThrows } from "@std/assert";
import { optimizerFromConfig, optimizerNames } from "../../mod.ts";

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
  assertThrows(() => optimizerFromConfig({ name: "adm" }), Error, "expected one of sgd, adam, adamW");
  assertThrows(
    () => optimizerFromConfig({ name: "sgd", rate: 1 }),
    Error,
    "sgd: there is no option rate, only learning",
  );
  for (const name of optimizerNames) {
    for (const [option, value] of [["learningRate", 0], ["learningRate", NaN], ["weightDecay", -1]] as const) {
      assertThrows(() => optimizerFromConfig({ name, [option]: value }), Error, `${name}: ${option}: a number`);
    }
  }
});
