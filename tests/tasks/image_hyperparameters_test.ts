import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { NumberRange, ValueRange } from "../../lib/hyperparameter/mod.ts";
import { optimizerKinds, optimizerNames } from "../../lib/optim/registry.ts";
import { scheduleNames } from "../../lib/train/schedule_registry.ts";
import { join } from "@std/path";
import { imageTask as runImage, smoothPng, tiny } from "../support/image_task.ts";
import { inFolder } from "../support/temporary_folder.ts";
import { TASKS } from "../../tasks/registry.ts";
import { type Option, optionSpelling } from "../../tasks/shell/command.ts";
import { imageTask } from "../../tasks/image/task.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { checkSettings } from "../../tasks/training/check_settings.ts";
import { HelpRequest } from "../../tasks/shell/help.ts";
import { command } from "../../tasks/image/command.ts";
import { withBestOptimizer } from "../../tasks/training/auto_optimizer.ts";
import { checkFieldOptions, checkScheduleOptions, scheduleOptions } from "../../tasks/training/hyperparameters.ts";
import { fieldFor } from "../../tasks/image/settings.ts";
import { ACTIVATION_OPTIONS } from "../../tasks/training/options.ts";
import { networkChoice } from "../../tasks/training/network_choice.ts";
import { chosenOptimizer, rateWarning } from "../../tasks/training/optimizer.ts";
import {
  bestOptimizers,
  cosineDefaults,
  isByActivation,
  optimizerDefaults,
} from "../../tasks/training/optimizer_defaults.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { fieldOptions } from "../support/field_options.ts";

/** Resolved hyper-parameters of a command line. */
function resolved(line: string) {
  const { values: typed, given } = parseOptions(line.split(" ").filter(Boolean), command);
  const values = withBestOptimizer("image", { ...typed, ...networkChoice(typed) }, given);
  const field = fieldFor(values, { channels: 3 });
  const optimizer = chosenOptimizer(values, optimizerDefaults);
  checkFieldOptions(values);
  return { field: fieldOptions(field), optimizer: optimizer.options };
}

Deno.test("hyper-parameters of the activation default as published and can be given", () => {
  assertEquals(resolved("").field, { omega: 30 });
  assertEquals(resolved("--activation gaussian").field, { sigma: 0.05 });
  assertEquals(resolved("--activation gaussian --sigma 0.1").field, { sigma: 0.1 });
  assertEquals(resolved("--preset paper").field, { sigma: 0.05 });
  assertEquals(resolved("--preset paper --optimizer adam").field, { sigma: 0.05 });
  assertEquals(resolved("--preset paper --activation sine").field, { omega: 30 });
  assertEquals(resolved("--activation sine").field, { omega: 30 });
  assertEquals(resolved("--activation sine --omega 20").field, { omega: 20 });
  assertEquals(resolved("--activation sinc --omega 5").field, { omega: 5 });
  assertEquals(resolved("--activation gabor --scale 3").field, { omega: 10, scale: 3 });
  assertEquals(resolved("--activation wavelet --scale 3").field, { omega: 10, scale: 3 });
  assertEquals(resolved("--activation relu-pe").field, { octaves: 8 });
  assertEquals(resolved("--activation relu-pe --octaves 4").field, { octaves: 4 });
  assertEquals(resolved("--activation relu --encoding positional --octaves 4").field, { octaves: 4 });
  assertEquals(resolved("--activation sine --encoding positional").field, { omega: 30, octaves: 8 });
});

Deno.test("relu-pe is relu with a positional encoding everywhere, defaults by activation included", () => {
  const choice = (line: string) => {
    const { values, given } = parseOptions(line.split(" "), command);
    const { activation, encoding, optimizer, learningRate } = withBestOptimizer("image", values, given);
    return { ...networkChoice({ activation, encoding }), optimizer, learningRate };
  };
  const long = "--activation relu --encoding positional";
  assertEquals(choice("--activation relu-pe --optimizer auto"), choice(`${long} --optimizer auto`));
  assertEquals(resolved("--activation relu-pe"), resolved(long));
  assertEquals(resolved("--activation relu-pe --encoding positional"), resolved(long));
  assertThrows(
    () => resolved("--activation relu-pe --encoding none"),
    Error,
    '--encoding: expected positional, which --activation relu-pe stands for, found "none".',
  );
});

Deno.test("hyper-parameters of the optimizer can be given, and win over a preset", () => {
  const given =
    "--activation gaussian --optimizer esgd --weight-decay 0.1 --relative-damping 0 --initial-probes 3 --update-every 7";
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

Deno.test("with --preset paper Adam has its published rate whatever the task's own default is", () => {
  const { rates, published } = cosineDefaults;
  const { values } = parseOptions(["--optimizer", "adam"], command);
  for (const [preset, expected] of [[undefined, rates.adam.other], ["paper", 1e-4]] as const) {
    const { learningRate } = chosenOptimizer({ ...values, activation: "gaussian", preset }, cosineDefaults);
    assertEquals(learningRate, expected);
  }
  assertNotEquals(rates.adam, published.adam.rates);
});

Deno.test("the first interval of refreshes and the window of factors follow the interval that was given", () => {
  for (const [name, option] of [["soap", "updateEvery"], ["esgdSoap", "basisEvery"]]) {
    const numbers = (line: string) => {
      const options = resolved(`--optimizer ${name} ${line.replace("EVERY", optionSpelling(option))}`.trim()).optimizer;
      return [options[option], options.startEvery, options.factorsWithin];
    };
    assertEquals(numbers("--preset paper"), [10, 10, 10]);
    assertEquals(numbers("--preset paper EVERY=50"), [50, 50, 50]);
    assertEquals(numbers("--preset paper EVERY=50 --start-every 5"), [50, 5, 50]);
    assertEquals(numbers(""), [80, 5, 10]);
    assertEquals(numbers("EVERY=50"), [50, 5, 10]);
    assertEquals(numbers("EVERY=7"), [7, 5, 7]);
    assertEquals(numbers("EVERY=3"), [3, 3, 3]);
  }
});

Deno.test("every hyper-parameter of every optimizer can be given on the command line", () => {
  const values: Record<string, string> = {
    ...{ betas: "0.25,0.5", biasCorrection: "steps", grafting: "adam", blockSize: "32", hessianPower: "0.5" },
    ...{ refresh: "qr", iteration: "jordan" },
    ...{ momentum: "0.5", averaging: "0.5", nesterov: "true", published: "true", epsilon: "0.5" },
  };
  for (const { name, hyperparameters } of optimizerKinds) {
    for (const option of Object.keys(hyperparameters)) {
      const text = values[option] ?? numberIn(hyperparameters[option].range);
      const needed = option === "nesterov" ? " --momentum 0.5" : "";
      const { [option]: found } = resolved(`--optimizer ${name} ${optionSpelling(option)}=${text}${needed}`).optimizer;
      assertEquals(String(found), text, `${name}: ${option}`);
    }
  }
});

/** A number of a range, as it is typed. */
function numberIn(range: ValueRange): string {
  const { min, max, exclusiveMax } = range as NumberRange;
  const largest = Math.min(max ?? Infinity, exclusiveMax ?? Infinity);
  return String(largest > 3 ? Math.max(3, min ?? 0) : largest / 2);
}

Deno.test("the help has the default of every hyper-parameter of every optimizer", () => {
  const { message: help } = assertThrows(() => parseOptions(["--help"], command), HelpRequest);
  const options = new Map(command.options.map((option) => [option.name as string, option as Option]));
  for (const { name } of optimizerKinds) {
    for (const [option, value] of Object.entries(resolved(`--optimizer ${name} --activation sine`).optimizer)) {
      if (["learningRate", "adamLearningRate"].includes(option)) continue;
      const { name: spelled, defaultText = "" } = options.get(optionSpelling(option).slice(2))!;
      assertStringIncludes(help, `  --${typeof value === "boolean" ? "[no-]" : ""}${spelled} `);
      const parts = defaultText.split("; ").map((part) => part.match(/^(?:([^(]*): )?(.*?)(?: \(.*\))?$/)!);
      const own = parts.find(([, names]) => names?.split(", ").includes(name)) ?? parts.find(([, names]) => !names)!;
      assertEquals(own[2], typeof value === "boolean" ? "off" : String(value), `${name}: ${option}: ${defaultText}`);
    }
  }
});

Deno.test("--dry-run shows every hyper-parameter", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(8, 8));
    const chosen = ["--activation", "relu-pe", "--octaves", "3", "--optimizer", "sgd", "--momentum", "0.5"];
    const { stdout, stderr } = await runImage(folder, "picture.png", ...tiny, ...chosen, "--dry-run");
    assertStringIncludes(
      stdout,
      " parameters; positional (octaves 3); relu; output without activation (identity)\n",
      stderr,
    );
    assertStringIncludes(stdout, "sgd (learning-rate 1, momentum 0.5, nesterov false, weight-decay 0)\n");
    const schedule = ["--schedule", "warmup", "--warmup-share", "0.5", "--then", "cosine", "--final-factor", "0.1"];
    const warm = await runImage(folder, "picture.png", ...tiny, ...schedule, "--epochs", "8", "--dry-run");
    assertMatch(warm.stdout, /^Schedule {4}linearWarmup \(steps (\d+)\), then cosine \(steps \1, final 0.1\)$/m);
  }));

Deno.test("hyper-parameters of the schedule are options, and those of another schedule are refused", () => {
  const options = (line: string) => {
    const { values } = parseOptions(line.split(" "), command);
    checkScheduleOptions(values);
    return scheduleOptions(values);
  };
  assertEquals(options("--schedule exponential --final-factor 0.1"), { finalFactor: 0.1 });
  assertEquals(options("--schedule warmup --then stepDecay --drops 2"), { then: "stepDecay", drops: 2 });
  assertThrows(
    () => options("--schedule cosine --warmup-share 0.1"),
    Error,
    "--warmup-share: the schedule cosine has no such hyper-parameter; it belongs to linearWarmup.",
  );
  assertThrows(
    () => options("--schedule warmup --then cosine --drops 2"),
    Error,
    "the schedule linearWarmup, then cosine,",
  );
});

Deno.test("no two options of a task have one name", () => {
  for (const { command } of TASKS.values()) {
    const names = command.options.map(({ name }) => name);
    assertEquals(names.length, new Set(names).size, command.usage);
  }
});

Deno.test("the rates that were found are those of optimizers, and positive", () => {
  for (const [name, rates] of Object.entries(optimizerDefaults.rates)) {
    assert(optimizerNames.includes(name), name);
    for (const rate of Object.values(rates)) assert(rate > 0, name);
  }
});

Deno.test("an optimizer without a rate that was found for the task takes its own default and says so", () => {
  const { adam: _, ...rates } = optimizerDefaults.rates;
  const { values } = parseOptions(["--optimizer", "adam"], command);
  const defaults = { ...optimizerDefaults, rates };
  const spec = chosenOptimizer(values, defaults);
  assertEquals(spec.learningRate, 1e-3);
  assertEquals(
    rateWarning(values, defaults, spec),
    "No good learning rate for the optimizer adam is known for this task: its own default, 0.001, is used. " +
      "Choose another one by --learning-rate.",
  );
  assertEquals(rateWarning({ ...values, learningRate: 1 }, defaults, spec), undefined);
  assertEquals(rateWarning(values, optimizerDefaults, spec), undefined);
});

const HELD = "single precision can hold (1.2e-38 to 3.4e+38 in size)";

Deno.test("a hyper-parameter that its owner refuses is named as it is typed, and so are those that it depends on", () => {
  const refused: [line: string, message: string][] = [
    ["--optimizer shampoo --epsilon 1", "--epsilon of shampoo: expected a number > 0 and < 1, found 1."],
    [
      "--optimizer soap --update-every 5 --start-every 9",
      "--start-every of soap: expected at most --update-every (5), found 9.",
    ],
    [
      "--optimizer esgdSoap --factors-within 900",
      "--factors-within of esgdSoap: expected at most --basis-every (80), found 900.",
    ],
    ["--optimizer sgd --nesterov --momentum 0", "--nesterov of sgd: expected a momentum > 0, found 0."],
    [
      "--optimizer adam --schedule exponential --final-factor 0",
      "--final-factor of exponential: expected a number > 0, found 0.",
    ],
    ["--optimizer adam --lr 1e-50", `--learning-rate of adam: expected a number > 0 that ${HELD}, found 1e-50.`],
    ["--optimizer adam --epsilon 1e39", `--epsilon of adam: expected a number > 0 that ${HELD}, found 1e+39.`],
    [
      "--optimizer adam --weight-decay 1e300",
      `--weight-decay of adam: expected a number ≥ 0 that ${HELD}, found 1e+300.`,
    ],
    [
      "--optimizer adam --clip-norm 1e-41",
      `--clip-norm of clipByGlobalNorm: expected a number > 0 that ${HELD}, found 1e-41.`,
    ],
    [
      "--optimizer adam --schedule exponential --final-factor 1e-45",
      `--final-factor of exponential: expected a number > 0 that ${HELD}, found 1e-45.`,
    ],
  ];
  for (const [line, message] of refused) {
    const error = assertThrows(
      () => checkSettings(imageTask, parseOptions(line.split(" "), command).values),
      UserError,
    );
    assertEquals(error.message, message);
  }
});

Deno.test("hyper-parameters that the choice does not have are refused", () => {
  const refused: [line: string, message: string][] = [
    ["--activation sine --sigma 1", "--sigma: the activation sine has no such hyper-parameter; it belongs to "],
    ["--activation gaussian --omega 1", "--omega: the activation gaussian has no such hyper-parameter; it belongs to "],
    ["--activation sine --scale 1", "--scale: the activation sine has no such hyper-parameter; it belongs to "],
    ["--activation relu --octaves 3", "--octaves: the encoding none has no such hyper-parameter; it belongs to "],
    [
      "--optimizer adam --update-every 3",
      "--update-every: the optimizer adam has no such hyper-parameter; it belongs to ",
    ],
    [
      "--optimizer sgd --relative-damping 0",
      "--relative-damping: the optimizer sgd has no such hyper-parameter; it belongs to ",
    ],
  ];
  for (const [line, message] of refused) assertThrows(() => resolved(line), Error, message);
});

Deno.test("the tables of defaults name only what the registries have", () => {
  const networks = [...ACTIVATION_OPTIONS[0].choices, "other"];
  const activationsIn = (value: Parameters<typeof isByActivation>[0]) =>
    isByActivation(value) ? Object.keys(value) : [];
  const unknown: string[] = [];
  const check = (what: string, names: readonly string[], known: readonly string[]) => {
    unknown.push(...names.filter((name) => !known.includes(name)).map((name) => `${what}: ${name}`));
  };
  const { rates, options, published } = optimizerDefaults;
  for (const [what, table] of Object.entries({ rates, options, published })) {
    check(what, Object.keys(table), optimizerNames);
  }
  for (const byNetwork of Object.values(rates)) check("rates", Object.keys(byNetwork), networks);
  const own = Object.entries(options);
  const paper = Object.entries(published).map(([name, { options: changed = {} }]) => [name, changed] as const);
  for (const [name, changed] of [...own, ...paper]) {
    check(name, Object.keys(changed), Object.keys(optimizerKinds.find((kind) => kind.name === name)!.hyperparameters));
    for (const value of Object.values(changed)) check(name, activationsIn(value), networks);
  }
  check("bestOptimizers", Object.keys(bestOptimizers), [...TASKS.keys(), "other"]);
  for (const byNetwork of Object.values(bestOptimizers)) {
    check("bestOptimizers", Object.keys(byNetwork), networks);
    check("bestOptimizers", Object.values(byNetwork).map(({ optimizer }) => optimizer), optimizerNames);
    check("bestOptimizers", Object.values(byNetwork).map(({ schedule }) => schedule), scheduleNames);
  }
  assertEquals(unknown, []);
});
