import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { decodeSafetensors } from "../../lib/codec/mod.ts";
import { createOptimizer, openDevice, optimizerNames } from "../../mod.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { loadOwnFile } from "../../tasks/own/load_own_file.ts";
import type { OwnOption } from "../../tasks/own/own_files.ts";
import { TASKS } from "../../tasks/registry.ts";
import { printed, withOwnFiles } from "../support/own_files.ts";
import { type Outcome, outcome, startTask } from "../support/process.ts";
import { inFolder } from "../support/temporary_folder.ts";

const run = (name: string, folder: string, ...args: string[]): Promise<Outcome> =>
  outcome(startTask(name, args, folder));

async function succeeds(name: string, folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(name, folder, ...args);
  assertEquals(code, 0, stderr);
  return stdout;
}

const json = async (folder: string, ...path: string[]) => JSON.parse(await Deno.readTextFile(join(folder, ...path)));
const own = ["--optimizer", "./lion.ts", "--activation", "finer.ts"];
const tiny = ["--size", "8", "--width", "8", "--layers", "1", "--batch-size", "32", "--kernels", "register"];

Deno.test("a run with an optimizer and an activation of one's own records them, and goes on only with the same texts", () =>
  withOwnFiles(async (folder) => {
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
  withOwnFiles(async (folder) => {
    const lion = printed("lion.ts").replace("- u.rate * sign(", "* 1e30 - u.rate * sign(");
    await Deno.writeTextFile(join(folder, "lion.ts"), lion);
    // Weights that do not become smaller with ω, so that a large ω makes the first gradient infinite.
    const finer = printed("finer.ts").replace("Math.sqrt(6 / fanIn) / omega", "Math.sqrt(6 / fanIn)");
    await Deno.writeTextFile(join(folder, "finer.ts"), finer);
    const diverged = async (...args: string[]) => {
      const { code, stderr } = await run("image", folder, ...own, ...tiny, "--epochs", "2", ...args);
      assertEquals(code, 1, stderr);
      return stderr;
    };
    const [updated, atOnce] = await Promise.all([
      diverged("--name", "updated"),
      diverged("--name", "at-once", "--omega", "1e38"),
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
  withOwnFiles(async (folder) => {
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

Deno.test("every task takes files of one's own, names them as they were typed, and lists the options in them; advice takes no optimizer", () =>
  withOwnFiles(async (folder) => {
    await Promise.all([...TASKS.keys()].map(async (name) => {
      const help = (await succeeds(name, folder, ...own, "--help")).replaceAll(/\s+/g, " ");
      // A file is named as it was typed.
      assert(!help.includes(folder));
      for (
        const part of [
          "also accepted: ./lion.ts for lion",
          "gaussNewton, lion, auto",
          "softplus, finer, relu-pe",
          "lion: 0.9,0.99",
        ]
      ) {
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
