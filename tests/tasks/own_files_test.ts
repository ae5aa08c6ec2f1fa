import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import { decodeSafetensors } from "../../lib/codec/mod.ts";
import project from "../../deno.json" with { type: "json" };
import { createOptimizer, openDevice, optimizerNames } from "../../mod.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { loadOwnFile } from "../../tasks/own/load_own_file.ts";
import type { OwnOption } from "../../tasks/own/own_files.ts";
import { TASKS } from "../../tasks/registry.ts";
import { smoothPng } from "../support/image_task.ts";
import { type Outcome, outcome, startTask } from "../support/process.ts";
import { inFolder } from "../support/temporary_folder.ts";

const page = await Deno.readTextFile(new URL("../../docs/extending.md", import.meta.url));

/** A file as docs/extending.md prints it, for the tasks of this clone. */
function printed(name: string): string {
  const [, code] = new RegExp(`^\`\`\`ts ${name}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)!;
  return code.replace("https://HOST/neural-fields/lib/extend.ts", `${project.name}/extend`);
}

/** Gives a folder with the three files of the page to `work`. */
function withFiles(work: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    for (const name of ["lion.ts", "finer.ts", "pseudo_huber.ts"]) {
      await Deno.writeTextFile(join(folder, name), printed(name));
    }
    await Deno.writeFile(join(folder, "picture.png"), smoothPng(8, 7));
    await work(folder);
  });
}

/** Comparisons measure how long steps take, before they make any: here by a clock that runs fast. */
const run = (name: string, folder: string, ...args: string[]): Promise<Outcome> =>
  outcome(startTask(name, args, folder, {}, name === "compare" ? "fast_process.ts" : undefined));

async function succeeds(name: string, folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(name, folder, ...args);
  assertEquals(code, 0, stderr);
  return stdout;
}

const json = async (folder: string, ...path: string[]) => JSON.parse(await Deno.readTextFile(join(folder, ...path)));
const own = ["--optimizer", "./lion.ts", "--activation", "finer.ts"];
const tiny = ["--size", "8", "--width", "8", "--layers", "1", "--batch-size", "32", "--kernels", "register"];

Deno.test("a run with an optimizer and an activation of one's own records them, and goes on only with the same texts", () =>
  withFiles(async (folder) => {
    const options = ["--weight-decay", "0.01", "--betas", "0.8,0.9", "--omega", "20", "--lr", "0.001"];
    await succeeds("image", folder, "picture.png", ...own, ...options, ...tiny, "--epochs", "2", "--name", "one");
    const path = join(folder, "runs", "image", "one");
    const config = await json(path, "config.json");
    assertEquals(config.optimizer, { name: "lion", learningRate: 0.001, betas: [0.8, 0.9], weightDecay: 0.01 });
    assertEquals(config.activation, { name: "finer", omega: 20 });
    const named = config.ownFiles.map(({ option, name, file }: Record<string, string>) => [option, name, file]);
    assertEquals(named, [["optimizer", "lion", join(folder, "lion.ts")], [
      "activation",
      "finer",
      join(folder, "finer.ts"),
    ]]);
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(folder, "lion.ts")));
    assertEquals(config.ownFiles[0].sha256, new Uint8Array(digest).toHex());
    const [checkpoint] = [...Deno.readDirSync(join(path, "checkpoints"))].map((each) => each.name).toSorted().slice(-1);
    const { tensors } = decodeSafetensors(await Deno.readFile(join(path, "checkpoints", checkpoint)), checkpoint);
    assert(Object.keys(tensors).some((name) => name.includes("momentum")));

    await succeeds("image", folder, "--resume", path, "--epochs", "3");
    assertEquals((await json(path, "summary.json")).steps, 6);
    // A configuration of one's own names files as the command line does, and the command line wins.
    await Deno.writeTextFile(join(folder, "mine.json"), JSON.stringify({ optimizer: "./gone.ts", size: 8, width: 8 }));
    const more = ["--config", "mine.json", ...own, "--layers", "1", "--epochs", "1", "--name", "two"];
    await succeeds("image", folder, ...more);

    await Deno.writeTextFile(join(folder, "lion.ts"), `${printed("lion.ts")}// Changed\n`);
    const changed = await run("image", folder, "--resume", path, "--epochs", "4");
    assertEquals(changed.code, 1);
    const expected = `error: ${
      join(folder, "lion.ts")
    }: expected the text with which ${path} was made, found another one`;
    assertStringIncludes(changed.stderr, expected);
    await Deno.remove(join(folder, "lion.ts"));
    const gone = await run("image", folder, "--resume", path, "--epochs", "4");
    assertStringIncludes(gone.stderr, `error: ${join(folder, "lion.ts")}: cannot be read: there is no such file.`);
  }));

Deno.test("where a run of one's own files diverges, these are the first to be checked: the optimizer's not before it has updated", () =>
  withFiles(async (folder) => {
    const lion = printed("lion.ts").replace("- u.rate * sign(", "* 1e30 - u.rate * sign(");
    await Deno.writeTextFile(join(folder, "lion.ts"), lion);
    const diverged = async (...args: string[]) => {
      const { code, stderr } = await run("image", folder, ...own, ...tiny, "--epochs", "2", ...args);
      assertEquals(code, 1, stderr);
      return stderr;
    };
    const [updated, atOnce] = await Promise.all([
      diverged("--name", "updated"),
      diverged("--name", "at-once", "--omega", "1e37"),
    ]);
    const cause = "The likely cause is code of your own: check";
    assert(!atOnce.includes("layers may help"), atOnce);
    assertStringIncludes(updated, `${cause} ./lion.ts and ./finer.ts. A lower learning rate may help.`);
    assertStringIncludes(atOnce, `${cause} ./finer.ts. It is not finite even before the first update, so`);
    const { status, diverged: reason } = await json(folder, "runs", "image", "updated", "summary.json");
    assertEquals(status, "diverged");
    assertStringIncludes(reason, `${cause} ./lion.ts and ./finer.ts.`);
  }));

Deno.test("--optimizer auto says what it took for an activation of one's own, and why", () =>
  withFiles(async (folder) => {
    const { stderr } = await run(
      "image",
      folder,
      "picture.png",
      ...tiny,
      "--activation",
      "./finer.ts",
      "--epochs",
      "1",
    );
    assertStringIncludes(
      stderr,
      "The optimizer is esgd, its learning rate is 0.5, and the schedule is constant. " +
        "No best settings are known for the activation finer, so --optimizer auto took those for other activations.\n",
    );
  }));

Deno.test("comparisons and sweeps know files of one's own by the names in them", () =>
  withFiles(async (folder) => {
    const pairs = ["--activations", "./finer.ts", "--optimizers", "adam,./lion.ts", "--seeds", "1", "--epochs", "1"];
    await succeeds("compare", folder, "--input", "picture.png", ...pairs, ...tiny, "--name", "c");
    const { settings, command } = await json(folder, "runs", "compare", "c", "comparison.json");
    assertEquals([settings.optimizers, settings.activations, settings.ownFiles.length], [
      ["adam", "lion"],
      ["finer"],
      2,
    ]);
    assertStringIncludes(command, "--activations ./finer.ts --optimizers adam,./lion.ts");
    const runs = [...Deno.readDirSync(join(folder, "runs", "compare", "c", "runs"))].map(({ name }) => name).toSorted();
    assertEquals(runs, ["finer-adam-s0", "finer-lion-s0"]);
    // Without the files of the record, the name is taken all the same.
    const other = ["--activations", "sine", "--optimizers", "adam", "--seeds", "1", "--epochs", "1"];
    const { code, stderr } = await run("compare", folder, ...other, ...tiny, "--name", "c");
    const path = join(folder, "runs", "compare", "c");
    const taken = `error: ${path}: this folder holds a comparison with other options; choose another --name.\n`;
    assertEquals([code, stderr], [1, taken]);

    const elsewhere = await succeeds("compare", folder, ...pairs, ...tiny, "--engine", "slurm", "--dry-run");
    assertStringIncludes(elsewhere, "#SBATCH --requeue");
    assertStringIncludes(elsewhere, "--name 2-finer-lion-seed-0");
    const [finer, lion] = ["finer.ts", "lion.ts"].map((name) => join(folder, name));
    assertStringIncludes(elsewhere, `--activation=${finer} --optimizer=${lion}`);

    await Deno.mkdir(join(folder, "grids"));
    const spec = { task: "fit", options: { activation: "../finer.ts" }, grid: { optimizer: ["adam", "../lion.ts"] } };
    await Deno.writeTextFile(join(folder, "grids", "s.json"), JSON.stringify(spec));
    const planned = await succeeds("sweep", folder, "grids/s.json", "--dry-run");
    assertStringIncludes(planned, "2-lion");
    assertStringIncludes(planned, `--optimizer=${join(folder, "lion.ts")}`);
  }));

Deno.test("an objective of one's own is trained on, measured, recorded, compared and swept", () =>
  withFiles(async (folder) => {
    const small = ["--width", "8", "--layers", "1", "--batch-size", "64", "--objective", "./pseudo_huber.ts"];
    const path = join(folder, "runs", "fit", "own");
    await Deno.writeTextFile(join(folder, "xy.csv"), Array.from({ length: 64 }, (_, i) => `${i},${i % 9}`).join("\n"));
    const first = ["xy.csv", ...small, "--delta", "0.05", "--epochs", "2", "--name", "own"];
    const { stderr } = await run("fit", folder, ...first);
    assertStringIncludes(stderr, "On held-out samples: pseudoHuber 0.");
    const { objective, options, ownFiles: [{ option, name, file }] } = await json(path, "config.json");
    assertEquals(objective, { name: "pseudoHuber", delta: 0.05 });
    assertEquals([options.objective, option, name, file], [
      "pseudoHuber",
      "objective",
      "pseudoHuber",
      join(folder, "pseudo_huber.ts"),
    ]);
    const before = await json(path, "summary.json");
    await succeeds("fit", folder, "--resume", path, "--epochs", "3");
    // Without the loss of an entry, the device computes the loss, and the quality is the SNR.
    const text = await Deno.readTextFile(join(folder, "pseudo_huber.ts"));
    await Deno.writeTextFile(join(folder, "device.ts"), text.replace(", entryLoss }", " }"));
    const same = ["xy.csv", ...small.with(-1, "device.ts"), "--delta", "0.05", "--epochs", "2", "--name", "device"];
    assertStringIncludes(await succeeds("fit", folder, ...same), "SNR");
    const measured = await json(folder, "runs", "fit", "device", "summary.json");
    for (const figure of ["loss", "trainLoss"]) {
      assertAlmostEquals(measured[figure], before[figure], 1e-4 * before[figure]);
    }
    assertEquals([measured.gain, Number.isFinite(before.gain)], [undefined, true]);

    // The loss of an entry must be that of the kernel.
    await Deno.writeTextFile(join(folder, "wrong.ts"), text.replace("=> delta ** 2 *", "=> 2 * delta ** 2 *"));
    const wrong = await run("fit", folder, "xy.csv", ...small.with(-1, "./wrong.ts"), "--epochs", "1", "--name", "w");
    const [, expected, found] = /^error: \S*wrong\.ts: entryLoss: expected a mean of (\S+) over .* found (\S+)\.$/m
      .exec(wrong.stderr)!;
    assertAlmostEquals(Number(found), 2 * Number(expected), 2e-3 * Number(found));

    const solid = await run("occupancy", folder, "--objective", "./pseudo_huber.ts");
    assertEquals(
      solid.stderr.trim(),
      "error: --objective: expected an objective whose outputs are logits, such as binaryCrossEntropy, found " +
        '"./pseudo_huber.ts", whose outputs are values; an entry made by objectiveKind says what they are (docs/extending.md).',
    );
    const pairs = ["--activations", "sine", "--optimizers", "adam", "--seeds", "1", "--epochs", "1", "--name", "c"];
    await succeeds("compare", folder, "--task", "fit", "--input", "xy.csv", ...pairs, ...small);
    const { settings, quality } = await json(folder, "runs", "compare", "c", "comparison.json");
    // Runs of fit have no pictures to show.
    const report = await Deno.readTextFile(join(folder, "runs", "compare", "c", "report.html"));
    assertEquals(report.includes("The run of median quality"), false);
    assertEquals([settings.options.objective, settings.ownFiles.length, quality.figure], ["pseudoHuber", 1, "gain"]);
    const spec = { task: "fit", grid: { objective: ["l1", "./pseudo_huber.ts"] } };
    await Deno.writeTextFile(join(folder, "s.json"), JSON.stringify(spec));
    assertStringIncludes(await succeeds("sweep", folder, "s.json", "--dry-run"), "2-pseudoHuber");

    await Deno.writeTextFile(
      join(folder, "huge.ts"),
      text.replace("return (y - t) /", "return 1e38 * (y - t) * 1e38 /"),
    );
    const huge = await run("fit", folder, "xy.csv", ...small.with(-1, "./huge.ts"), "--epochs", "1", "--name", "huge");
    assertStringIncludes(huge.stderr, "check ./huge.ts.");
    await Deno.writeTextFile(join(folder, "pseudo_huber.ts"), `${text}// Changed\n`);
    const changed = await run("fit", folder, "--resume", path, "--epochs", "4");
    assertStringIncludes(
      changed.stderr,
      `pseudo_huber.ts: expected the text with which ${path} was made, found another`,
    );
    await Deno.writeTextFile(
      join(folder, "distance.ts"),
      'import { eikonal } from "@neural-fields/neural-fields/objective";\nexport default eikonal();\n',
    );
    const distance = await run("fit", folder, "xy.csv", ...small.with(-1, "distance.ts"));
    assertEquals(
      distance.stderr.trim(),
      "error: --objective eikonal: expected one whose only target is the field's output of width 1, for each row, found none.",
    );
  }));

Deno.test("every task takes files of one's own, and lists the options in them; advice takes no optimizer", () =>
  withFiles(async (folder) => {
    await Promise.all([...TASKS.keys()].map(async (name) => {
      const help = (await succeeds(name, folder, ...own, "--help")).replaceAll(/\s+/g, " ");
      for (const part of ["gaussNewton, lion, auto", "softplus, finer, relu-pe", "lion: 0.9,0.99"]) {
        assertStringIncludes(help, part, name);
      }
    }));
    const advice = await run("advise", folder, "--optimizer", "./lion.ts");
    assertStringIncludes(
      advice.stderr,
      "error: --optimizer: deno task advise chooses among the optimizers that we have",
    );
  }));

Deno.test("a file that is no optimizer, activation or objective, or takes a name in use, is refused in one sentence", () =>
  inFolder(async (folder) => {
    let count = 0;
    const lion = printed("lion.ts");
    const refused = async (text: string, message: string, option: OwnOption = "optimizer") => {
      const path = join(folder, `${count++}.ts`);
      await Deno.writeTextFile(path, text);
      const error = await assertRejects(() => loadOwnFile(option, path), Error);
      assertEquals(error.name, "UserError");
      assertStringIncludes(error.message, `${path}: `);
      assertStringIncludes(error.message, message);
    };
    const known = [...optimizerNames];
    await refused(lion.replace('"lion"', '"adam"'), "expected another name than adam.");
    await refused(
      lion.replace('"lion"', '"Ada-M"'),
      "expected another name than Ada-M, because adam is in use and names are known in any case.",
    );
    await refused(lion.replace('"lion"', '"auto"'), "expected another name than auto.");
    await refused("export const lion = 1;", "as the default export, such as export default function, found only lion.");
    await refused("export default (;", "cannot be loaded: line 1: SyntaxError: Expression expected.");
    await refused("const a = 1;\nconst t = `abc;\n", "cannot be loaded: line 2: SyntaxError: Unterminated template.");
    await refused("\n\nnothing();\n", "cannot be loaded: line 3: nothing is not defined.");
    await Deno.writeTextFile(join(folder, "part.ts"), "\nexport const a = ;\n");
    await refused('import "./part.ts";\n', `cannot be loaded: ${join(folder, "part.ts")}, line 2: SyntaxError`);
    await refused(printed("finer.ts"), "expected an optimizer such as adam(), found an object.");
    await refused(lion, "expected an activation such as sine(), found an object.", "activation");
    await refused(
      lion.replace("betas = [0.9, 0.99]", "betas = 0.9"),
      "betas: expected a pair of numbers, because adam",
    );
    await refused(lion.replaceAll("weightDecay", "omega"), "omega: expected another name, because gabor has a hyper-");
    await refused(lion.replaceAll("weightDecay", "weight_decay"), 'names such as weightDecay, found "weight_decay".');
    await refused(
      lion.replace("learningRate,\n", 'learningRate: "fast",\n'),
      "learningRate: expected a number ≥ 0",
    );
    await refused(
      printed("finer.ts").replace('maps: [""]', "maps: []"),
      "activation finer: maps: expected a list of one or two names, found a list.",
      "activation",
    );
    const huber = printed("pseudo_huber.ts");
    await refused(lion, "expected an objective such as meanSquaredError(), found an object.", "objective");
    await refused(huber, "expected an optimizer such as adam(), found an object.");
    await refused(huber.replace('"pseudoHuber"', '"l1"'), "expected another name than l1.", "objective");
    await refused(
      huber.replaceAll("delta", "omega"),
      "omega: expected another name, because gabor has a hyper-",
      "objective",
    );
    await refused(
      `${huber.replace("export default ", "")}
      export default { name: "p", outputs: "votes", hyperparameters: {}, make: pseudoHuber };`,
      'outputs: expected "values" or "logits", found "votes".',
      "objective",
    );
    await refused(
      huber.replace(", text,", ", undefined,"),
      "pointwise pseudoHuber: loss: expected a text",
      "objective",
    );
    const withoutUpdate = join(folder, "without_update.ts");
    await Deno.writeTextFile(withoutUpdate, lion.replace("update({", "updated({").replace('"lion"', '"lioness"'));
    await loadOwnFile("optimizer", withoutUpdate);
    const { make } = optimizerKinds.find(({ name }) => name === "lioness")!;
    using gpu = await openDevice({ allowSoftware: true, kernels: "register" });
    const before = gpu.liveBuffers;
    assertEquals(
      assertThrows(() => createOptimizer(gpu, make({} as never), 4), Error).message,
      `${withoutUpdate}: lioness: update: expected a function, found undefined.`,
    );
    assertEquals(gpu.liveBuffers, before);
    const address = () => loadOwnFile("optimizer", "https://example.org/lion.ts");
    await assertRejects(
      address,
      Error,
      "expected a name or a file on this machine, found the address https://example.org",
    );
    assertEquals(optimizerNames, [...known, "lioness"]);
  }));

Deno.test("the help names a file of one's own as it was typed, and not by its absolute path", () =>
  withFiles(async (folder) => {
    const help = await succeeds("image", folder, "--optimizer", "./lion.ts", "--help");
    assertStringIncludes(help.replaceAll(/\s+/g, " "), "also accepted: ./lion.ts for lion");
    assert(!help.includes(folder));
  }));
