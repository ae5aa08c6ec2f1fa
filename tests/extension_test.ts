import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { smoothPng, tiny } from "./support/image_task.ts";
import { addEntry, addFile, inTreeCopy } from "./support/tree_copy.ts";

/** The files that docs/extending.md prints for the project, by path. */
const page = await Deno.readTextFile(new URL("../docs/extending.md", import.meta.url));
const printed = [...page.matchAll(/^```(?:ts|wgsl) (\S+\/\S+)\n([\s\S]*?)^```/gm)].map(([, path, code]) => ({
  path,
  code,
}));

Deno.test("an activation, an objective and an optimizer are two files and a registry's entry each; then the command line has them", () =>
  inTreeCopy(async (copy) => {
    const parts = printed.filter(({ path }) => !path.startsWith("tasks/"));
    assertEquals(parts.length, 6);
    for (const { path, code } of parts) await addFile(copy, path, code);
    await addEntry(copy, "lib/field/activation/registry.ts", "activationKinds", {
      text: "tanhKind",
      imports: ["tanhKind", "./tanh.ts"],
    });
    await addEntry(copy, "lib/objective/registry.ts", "objectiveKinds", {
      text: '{ name: "huber", outputs: "values", make: huber }',
      imports: ["huber", "./huber.ts"],
    });
    await addEntry(copy, "lib/optim/registry.ts", "optimizerKinds", {
      text: "signMomentumKind",
      imports: ["signMomentumKind", "./sign_momentum.ts"],
    });

    const image = async (...args: string[]) => {
      const { code, out, err } = await deno(copy, "run", "-A", "--no-check", "tasks/image.ts", ...args);
      assertEquals(code, 0, err);
      return { out, err };
    };
    const help = (await image("--help")).out;
    for (const part of ["tanh", "signMomentum", "--keep X", "Share of the momentum that a step keeps [signMomentum]"]) {
      assertStringIncludes(help.replaceAll(/\s+/g, " "), part);
    }

    await Deno.writeFile(join(copy, "picture.png"), smoothPng(8, 8));
    const chosen = ["--activation", "tanh", "--objective", "huber", "--optimizer", "signMomentum", "--keep", "0.5"];
    const { out, err } = await image("picture.png", ...tiny, ...chosen, "--epochs", "1", "--name", "one");
    assertStringIncludes(out, "after 1 steps");
    assertStringIncludes(err, "its own default, 0.0001, is used");
    const config = JSON.parse(await Deno.readTextFile(join(copy, "runs/image/one/config.json")));
    assertEquals([config.activation, config.encoding, config.optimizer], [
      { name: "tanh" },
      { name: "none" },
      { name: "signMomentum", learningRate: 1e-4, keep: 0.5 },
    ]);
  }));

Deno.test("a task is at most eight files and a registry's entry; then it trains, resumes and is compared", () =>
  inTreeCopy(async (copy) => {
    const parts = printed.filter(({ path }) => path.startsWith("tasks/"));
    assert(parts.length > 0 && parts.length <= 8);
    for (const { path, code } of parts) await addFile(copy, path, code);
    const imports = ["signalTask", "./signal/task.ts"] as const;
    await addEntry(copy, "tasks/registry.ts", "tasks", { text: "signalTask", imports });
    const project = JSON.parse(await Deno.readTextFile(join(copy, "deno.json")));
    const [, line] = /^`("signal": "[^"]+"),`/m.exec(page)!;
    Object.assign(project.tasks, JSON.parse(`{${line}}`));
    await Deno.writeTextFile(join(copy, "deno.json"), JSON.stringify(project));
    const wave = Array.from({ length: 256 }, (_, i) => Math.sin(i / 20));
    await Deno.writeTextFile(join(copy, "wave.txt"), wave.join("\n"));
    await Deno.writeTextFile(join(copy, "wrong.txt"), "1\nx\n");

    const task = (...args: string[]) => deno(copy, "task", "-q", ...args);
    const checked = await deno(copy, "check", "tasks/signal.ts");
    assertEquals(checked.code, 0, checked.err);
    const small = ["--width", "16", "--layers", "2", "--activation", "sine", "--omega", "10"];
    const length = ["--batch-size", "32", "--learning-rate", "3e-3", "--schedule", "constant", "--epochs", "40"];
    const first = await task("signal", "wave.txt", ...small, ...length, "--name", "one");
    assertEquals(first.code, 0, first.err);
    assert(Number(/PSNR ([\d.]+) dB after 320 steps/.exec(first.out)![1]) > 40, first.out);
    const more = await task("signal", "--resume", "runs/signal/one", "--epochs", "42");
    assertStringIncludes(more.out, "after 336 steps", more.err);
    const wrong = await task("signal", "wrong.txt", ...small);
    assertStringIncludes(wrong.err, `wrong.txt: expected numbers, found "x" as number 2.`);
    const pairs = ["--activations", "sine", "--optimizers", "adam,soap", "--seeds", "1", "--epochs", "2"];
    const sizes = ["--width", "16", "--layers", "2", "--name", "two"];
    const compared = await task("compare", "--task", "signal", "--input", "wave.txt", ...pairs, ...sizes);
    assertStringIncludes(compared.out, "The report is in", compared.err);
  }));

/** Runs Deno in a copy of the project. */
async function deno(copy: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: copy,
    env: { NO_COLOR: "1", INIT_CWD: copy },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}
