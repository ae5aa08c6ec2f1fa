import { assert, assertEquals, assertThrows } from "@std/assert";
import { optimizerNames } from "../../mod.ts";
import { command } from "../../tasks/image/command.ts";
import { checkActivationOptions, fieldOptions } from "../../tasks/training/hyperparameters.ts";
import { fieldFor, optimizerFor } from "../../tasks/image/settings.ts";
import { UPDATE_OPTIONS } from "../../tasks/training/options.ts";
import { optimizerDefaults } from "../../tasks/training/optimizer_defaults.ts";
import { parseOptions } from "../../tasks/shell/options.ts";

/** Resolved hyper-parameters of a command line. */
function resolved(line: string) {
  const { values } = parseOptions(line.split(" ").filter(Boolean), command);
  const field = fieldFor(values, { channels: 3 });
  const optimizer = optimizerFor(values);
  checkActivationOptions(values, field);
  return { field: fieldOptions(field), optimizer: optimizer.options };
}

Deno.test("hyper-parameters of the activation default as published and can be given", () => {
  assertEquals(resolved("").field, { sigma: 0.05 });
  assertEquals(resolved("--sigma 0.1").field, { sigma: 0.1 });
  assertEquals(resolved("--activation sine").field, { omega: 30 });
  assertEquals(resolved("--activation sine --omega 20").field, { omega: 20 });
  assertEquals(resolved("--activation sinc --omega 5").field, { omega: 5 });
  assertEquals(resolved("--activation wavelet --scale 3").field, { omega: 10, scale: 3 });
  assertEquals(resolved("--activation relu-pe").field, { octaves: 8 });
  assertEquals(resolved("--activation relu-pe --octaves 4").field, { octaves: 4 });
});

Deno.test("hyper-parameters of the optimizer can be given, and win over a preset", () => {
  const given = "--weight-decay 0.1 --relative-damping 0 --initial-probes 3 --update-every 7";
  for (const preset of ["", " --preset paper"]) {
    const { weightDecay, relativeDamping, initialProbes, updateEvery } = resolved(given + preset).optimizer;
    assertEquals({ weightDecay, relativeDamping, initialProbes, updateEvery }, {
      weightDecay: 0.1,
      relativeDamping: 0,
      initialProbes: 3,
      updateEvery: 7,
    });
  }
  assertEquals(resolved("--optimizer adamW").optimizer.weightDecay, 0.01);
  for (const optimizer of ["adam", "adamW", "sgd"]) {
    assertEquals(resolved(`--optimizer ${optimizer} --weight-decay 0.2`).optimizer.weightDecay, 0.2);
  }
});

Deno.test("the help says how often each optimizer looks at curvature by default", () => {
  const { defaultText } = UPDATE_OPTIONS.find(({ name }) => name === "update-every")!;
  const [usual, ...exceptions] = defaultText.split("; ").map((part) => part.split(": "));
  for (const optimizer of optimizerNames) {
    const { updateEvery } = resolved(`--optimizer ${optimizer}`).optimizer;
    if (updateEvery === undefined) continue;
    const exception = exceptions.find(([names]) => names.split(", ").includes(optimizer));
    assertEquals(exception?.[1] ?? usual[0], String(updateEvery), optimizer);
  }
});

Deno.test("every optimizer has a rate of its own by default", () => {
  for (const name of optimizerNames) {
    const rates = optimizerDefaults.rates[name];
    assert(rates !== undefined, name);
    for (const rate of Object.values(rates)) assert(rate > 0, name);
  }
});

Deno.test("hyper-parameters that the choice does not have are refused", () => {
  const refused: [line: string, message: string][] = [
    ["--activation sine --sigma 1", "--sigma: the activation sine has no such hyper-parameter."],
    ["--omega 1", "--omega: the activation gaussian has no such hyper-parameter."],
    ["--activation sine --scale 1", "--scale: the activation sine has no such hyper-parameter."],
    ["--activation relu --octaves 3", "--octaves: the activation relu has no such hyper-parameter."],
    ["--optimizer adam --update-every 3", "--update-every: the optimizer adam has no such hyper-parameter."],
    ["--optimizer sgd --relative-damping 0", "--relative-damping: the optimizer sgd has no such hyper-parameter."],
  ];
  for (const [line, message] of refused) assertThrows(() => resolved(line), Error, message);
});
