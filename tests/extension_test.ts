import { assertEquals, assertStringIncludes } from "@std/assert";
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
    assertEquals(printed.length, 6);
    for (const { path, code } of printed) await addFile(copy, path, code);
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
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "tasks/image.ts", ...args],
        cwd: copy,
        env: { NO_COLOR: "1", INIT_CWD: copy },
      }).output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
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
