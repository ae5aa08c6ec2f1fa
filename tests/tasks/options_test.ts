import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { TASKS } from "../../tasks/registry.ts";
import { formatHelp, HelpRequest } from "../../tasks/shell/help.ts";
import { defineCommand } from "../../tasks/shell/command.ts";
import { parseOptions, storedValues } from "../../tasks/shell/options.ts";
import { UserError } from "../../tasks/shell/user_error.ts";

const command = defineCommand({
  usage: "deno task image",
  summary: "Trains a field on a picture.",
  positionals: [{ name: "picture", help: "PNG file", defaultText: "a small one of our own" }],
  options: [
    { name: "epochs", kind: "integer", min: 1, default: 100, help: "Passes over all pixels", group: "Training" },
    {
      name: "learning-rate",
      short: "lr",
      kind: "number",
      exclusiveMin: 0,
      default: 1e-3,
      help: "Step size",
      group: "Training",
    },
    { name: "offset", kind: "number", help: "Anything" },
    { name: "beta", kind: "number", min: 0, exclusiveMax: 1, default: 0.9, help: "Decay" },
    {
      name: "optimizer",
      kind: "choice",
      choices: ["adam", "esgd"],
      aliases: { "adam-w": "adam" },
      default: "esgd",
      help: "Update rule",
    },
    { name: "name", kind: "string", help: "Name of the run", defaultText: "the picture's name" },
    { name: "shuffle", kind: "boolean", default: true, help: "New order in each epoch" },
    { name: "software", kind: "flag", help: "Compute on the CPU" },
  ],
  examples: ["deno task image photo.png --epochs 5"],
});

function refusal(...args: string[]): string {
  return assertThrows(() => parseOptions(args, command), UserError).message;
}

Deno.test("values have the types of the table, and defaults where they are not given", () => {
  const { values, given } = parseOptions([], command);
  // The annotations fail the type check if the inferred types are wider.
  const epochs: number = values.epochs, rate: number = values.learningRate, offset: number | undefined = values.offset;
  const optimizer: "adam" | "esgd" = values.optimizer, name: string | undefined = values.name;
  const shuffle: boolean = values.shuffle, software: boolean = values.software;
  const picture: string | undefined = values.picture;
  assertEquals([epochs, rate, offset, optimizer, name, shuffle, software, picture], [
    100,
    1e-3,
    undefined,
    "esgd",
    undefined,
    true,
    false,
    undefined,
  ]);
  assertEquals(given.size, 0);
});

Deno.test("values are read with a space, with =, with a minus sign and after a leading --", () => {
  const args = [
    "--epochs=5",
    "--learning-rate",
    "1e-4",
    "--offset",
    "-2.5",
    "--no-shuffle",
    "--software",
    "--name",
    "a=b",
  ];
  for (const prefix of [[], ["--"]]) {
    const { values, given } = parseOptions([...prefix, "cat.png", ...args], command);
    assertEquals(values, {
      epochs: 5,
      learningRate: 1e-4,
      offset: -2.5,
      beta: 0.9,
      optimizer: "esgd",
      name: "a=b",
      shuffle: false,
      software: true,
      picture: "cat.png",
    });
    assertEquals([...given].sort(), ["epochs", "learningRate", "name", "offset", "picture", "shuffle", "software"]);
  }
  assertEquals(parseOptions(["--", "--", "--odd"], command).values.picture, "--odd");
  assertEquals(parseOptions(["42"], command).values.picture, "42");
});

Deno.test("a short name stands for an option, and choices may be in any case", () => {
  for (const args of [["--lr", "0.5"], ["--lr=0.5"], ["--learning-rate", "0.5"]]) {
    const { values, given } = parseOptions(args, command);
    assertEquals([values.learningRate, [...given]], [0.5, ["learningRate"]]);
  }
  for (const word of ["Adam", "ADAM", "adamw", "ADAM_W"]) {
    assertEquals(parseOptions(["--optimizer", word], command).values.optimizer, "adam");
  }
  assertMatch(refusal("--lr", "1", "--learning-rate", "2"), /--learning-rate is given twice/);
});

Deno.test("each mistake is refused with one sentence that names it", () => {
  assertEquals(refusal("--epoch", "5"), "Unknown option --epoch: did you mean --epochs?");
  assertEquals(refusal("--optimzier=adam"), "Unknown option --optimzier: did you mean --optimizer?");
  assertEquals(refusal("--no-shufle"), "Unknown option --no-shufle: did you mean --shuffle?");
  assertEquals(refusal("--quux"), "Unknown option --quux: --help lists all options.");
  assertEquals(refusal("-x"), "Unknown option -x: --help lists all options.");
  assertEquals(refusal("--no-epochs"), "Unknown option --no-epochs: did you mean --epochs?");
  assertEquals(refusal("--epochs", "5", "--epochs=6"), "--epochs is given twice (5, 6): give it once.");
  assertEquals(refusal("--software", "--software"), "--software is given twice (true, true): give it once.");
  const missing = "--epochs needs a value: expected an integer of at least 1, found none.";
  for (const args of [["--epochs"], ["--epochs="], ["--epochs", "--software"], ["--epochs", ""], ["--epochs", "--"]]) {
    assertEquals(refusal(...args), missing);
  }
  for (const text of ["0", "1.5", "abc", "NaN", "1e99", "-3"]) {
    assertEquals(refusal("--epochs", text), `--epochs: expected an integer of at least 1, found "${text}".`);
  }
  for (const text of ["0", "Infinity", "0x10", "1_000"]) {
    assertEquals(
      refusal("--learning-rate", text),
      `--learning-rate: expected a number above 0, found "${text}".`,
    );
  }
  assertEquals(refusal("--beta=1"), '--beta: expected a number of at least 0 and below 1, found "1".');
  assertEquals(
    refusal("--optimizer", "adm"),
    '--optimizer: expected one of adam, esgd, found "adm"; did you mean adam?',
  );
  assertEquals(refusal("--software=maybe"), '--software: expected true or false, found "maybe".');
  assertEquals(refusal("--no-shuffle=true"), '--no-shuffle takes no value, found "true".');
  assertEquals(refusal("a.png", "b.png"), 'Too many arguments: expected at most 1 (picture), but also found "b.png".');
});

Deno.test("a required argument that is missing is named", () => {
  const load = defineCommand({
    usage: "load",
    summary: "Loads.",
    positionals: [{ name: "mesh-file", help: "an OBJ or PLY file", required: true }],
    options: [],
  });
  const error = assertThrows(() => parseOptions([], load), UserError);
  assertEquals(error.message, "The argument mesh-file is missing: expected an OBJ or PLY file.");
  const path: string = parseOptions(["a.obj"], load).values.meshFile;
  assertEquals(path, "a.obj");
});

Deno.test("--help wins over mistakes and shows every option with its default, aligned", () => {
  const text = assertThrows(() => parseOptions(["--epochs", "x", "--help"], command), HelpRequest).message;
  assertMatch(text, /^Usage: deno task image \[picture\] \[options\]\n/);
  assertMatch(text, /Training:\n {2}--epochs N +Passes over all pixels \(an integer of at least 1; default: 100\)/);
  assertMatch(text, /--name TEXT +Name of the run \(default: the picture's name\)/);
  assertMatch(text, /--\[no-\]shuffle +.*default: on/);
  assertMatch(text, /--software +.*default: off/);
  assertMatch(text, /-h, --help/);
  assertMatch(text, /Examples:\n {2}deno task image photo\.png --epochs 5$/);
  const columns = command.options.map(({ help }) => {
    const line = text.split("\n").find((line) => line.includes(help))!;
    return line.indexOf(help);
  });
  assertEquals(new Set(columns).size, 1);
  for (const line of text.split("\n")) assertEquals(line.length <= 100, true, line);
});

Deno.test("values come back from a configuration, with defaults for what it lacks, and are checked again", () => {
  const { values } = parseOptions(["a.png", "--epochs", "5", "--no-shuffle", "--offset", "-1"], command);
  const { beta: _, ...stored } = JSON.parse(JSON.stringify(values));
  assertEquals(storedValues(stored, command, { file: "config.json", key: "options" }), values);
  const refused = (stored: unknown) =>
    assertThrows(() => storedValues(stored, command, { file: "config.json", key: "options" }), UserError).message;
  assertEquals(
    refused({ epochs: 0 }),
    "config.json, options.epochs: expected an integer of at least 1, found 0.",
  );
  assertEquals(
    refused({ optimizer: ["adam", "esgd"] }).startsWith("config.json, options.optimizer: expected one of"),
    true,
  );
  assertEquals(refused(undefined), "config.json, options: expected an object, found none.");
});

Deno.test("the help of every task with Huber's loss says the unit and the default of its δ", () => {
  const helps = [...TASKS.values()].map(({ command }) => formatHelp(command)).filter((text) => /\bhuber\b/.test(text));
  assertEquals(helps.length, 3); // images, sounds, arrays
  for (const help of helps) {
    const [, delta] = /--delta X((?:\s+\S.*\n?)+?)(?=\n|\s{2}--)/.exec(help)!;
    assertMatch(delta.replaceAll(/\s+/g, " "), /in units of the targets after normalisation .*default: 0\.01\)/);
  }
});
