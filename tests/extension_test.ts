import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { smoothPng, tiny } from "./support/image_task.ts";
import { served } from "./support/served.ts";
import { inFolder } from "./support/temporary_folder.ts";
import { addEntry, addFile, copyTree } from "./support/tree_copy.ts";

/** The files that docs/extending.md prints for the project, by path. */
const page = await Deno.readTextFile(new URL("../docs/extending.md", import.meta.url));
const printed = [...page.matchAll(/^```(?:ts|wgsl) (\S+\/\S+)\n([\s\S]*?)^```/gm)].map(([, path, code]) => ({
  path,
  code,
}));

/** The entries of registries that the files need. */
const entries = [
  ["lib/field/activation/registry.ts", "activationKinds", "tanhKind", ["tanhKind", "./tanh.ts"]],
  ["lib/field/encoding/registry.ts", "encodingKinds", "periodicKind", ["periodicKind", "./periodic.ts"]],
  [
    "lib/objective/registry.ts",
    "objectiveKinds",
    "pseudoHuberKind",
    ["pseudoHuberKind", "./pseudo_huber.ts"],
  ],
  ["lib/optim/registry.ts", "optimizerKinds", "signMomentumKind", ["signMomentumKind", "./sign_momentum.ts"]],
  ["tasks/registry.ts", "tasks", "signalTask", ["signalTask", "./signal/task.ts"]],
] as const;

/** A copy of the project with everything that the page prints. All tests share it, because Deno compiles every copy anew. */
const copy = await Deno.makeTempDir();
await copyTree(copy, ["tests", "docs", "fixtures", "README.md", "CONTRIBUTING.md"]);
await extend();
Deno.test.afterAll(() => Deno.remove(copy, { recursive: true }));

/** Adds everything that the page prints to the copy. */
async function extend(): Promise<void> {
  for (const { path, code } of printed) await addFile(copy, path, code);
  for (const [path, list, text, imports] of entries) await addEntry(copy, path, list, { text, imports });
  const project = JSON.parse(await Deno.readTextFile(join(copy, "deno.json")));
  project.tasks.signal = project.tasks.image.replaceAll("image", "signal");
  await Deno.writeTextFile(join(copy, "deno.json"), JSON.stringify(project));
}

Deno.test("an activation, an encoding, an objective and an optimizer are three files and a registry's entry each; then the command line has them", async () => {
  const parts = printed.filter(({ path }) => !path.startsWith("tasks/"));
  assertEquals(parts.length, 4 * 3);
  const image = async (...args: string[]) => {
    const { code, out, err } = await deno("run", "-A", "--no-check", "tasks/image.ts", ...args);
    assertEquals(code, 0, err);
    return { out, err };
  };
  const help = (await image("--help")).out;
  for (const part of ["tanh", "signMomentum", "--keep X", "Share of the momentum that a step keeps [signMomentum]"]) {
    assertStringIncludes(help.replaceAll(/\s+/g, " "), part);
  }

  await Deno.writeFile(join(copy, "picture.png"), smoothPng(8, 8));
  const chosen = [
    "--activation",
    "tanh",
    "--encoding",
    "periodic",
    "--objective",
    "pseudoHuber",
    "--delta",
    "0.5",
    "--optimizer",
    "signMomentum",
    "--keep",
    "0.5",
  ];
  const { out, err } = await image("picture.png", ...tiny, ...chosen, "--epochs", "1", "--name", "one");
  assertStringIncludes(out, "after 1 step;");
  assertStringIncludes(err, "its own default, 0.0001, is used");
  const config = JSON.parse(await Deno.readTextFile(join(copy, "runs/image/one/config.json")));
  assertEquals([config.activation, config.encoding, config.objective, config.optimizer], [
    { name: "tanh" },
    { name: "periodic" },
    { name: "pseudoHuber", delta: 0.5 },
    { name: "signMomentum", learningRate: 1e-4, keep: 0.5 },
  ]);
});

Deno.test("a task is at most eight files and a registry's entry; then it trains, resumes and is compared", async () => {
  const parts = printed.filter(({ path }) => path.startsWith("tasks/"));
  assert(parts.length > 0 && parts.length <= 8);
  const wave = Array.from({ length: 256 }, (_, i) => Math.sin(i / 20));
  await Deno.writeTextFile(join(copy, "wave.txt"), wave.join("\n"));
  await Deno.writeTextFile(join(copy, "wrong.txt"), "1\nx\n");

  const task = (...args: string[]) => deno("task", "-q", ...args);
  const network = ["--width", "16", "--layers", "2", "--kernels", "register"];
  const small = [...network, "--activation", "sine", "--omega", "10"];
  const length = ["--batch-size", "32", "--learning-rate", "3e-3", "--schedule", "constant", "--epochs", "40"];
  const first = await task("signal", "wave.txt", ...small, ...length, "--name", "one");
  assertEquals(first.code, 0, first.err);
  assert(Number(/PSNR ([\d.]+) dB after 320 steps/.exec(first.out)![1]) > 40, first.out);
  const more = await task("signal", "--resume", "runs/signal/one", "--epochs", "42");
  assertStringIncludes(more.out, "after 336 steps", more.err);
  const wrong = await task("signal", "wrong.txt", ...small);
  assertStringIncludes(wrong.err, `wrong.txt: expected numbers, found "x" as number 2.`);
  const pairs = ["--activations", "sine", "--optimizers", "adam", "--seeds", "1", "--epochs", "2"];
  const inputs = ["--task", "signal", "--input", "wave.txt", "--name", "two"];
  // Before it trains, a comparison measures how long steps take: here by a clock that runs fast.
  const fast = ["fast_process", "no_png_plots"].flatMap((name) => ["--preload", `tests/support/${name}.ts`]);
  const compared = await deno("run", "-A", "--no-check", ...fast, "tasks/compare.ts", ...inputs, ...pairs, ...network);
  assertStringIncludes(compared.out, "The report is in", compared.err);
});

Deno.test("what the page adds type-checks, and the project's own tests of registries, floors and permissions hold with it", async () => {
  const page = await deno("run", "-A", "docs/optimizers.ts");
  assertEquals(page.code, 0, page.err);
  const own = printed.map(({ path }) => path).filter((path) => path.startsWith("tests/"));
  const registries = [
    "architecture",
    "exports",
    "tasks/permissions",
    "tasks/image_hyperparameters",
    "field/activation",
  ];
  const more = ["optim/registry", "optim/optimizers_page", "field/encoding"];
  const files = [...own, ...[...registries, ...more].map((name) => `tests/${name}_test.ts`)];
  await checkAdded();
  // What copies the project once more, or trains, says nothing of what its registries hold.
  const others = "/^(?!deno task works|tasks run without|--dry-run shows)/";
  const { code, out } = await deno("test", "-A", "--no-check", "--filter", others, ...files);
  assertEquals(code, 0, out);
});

/** Type-checks what was added or changed. It imports the rest from a URL, because Deno takes the types of that without checking them. */
function checkAdded(): Promise<void> {
  const added = [...printed, ...entries.map(([path]) => ({ path }))].map(({ path }) => path)
    .filter((path) => path.endsWith(".ts"));
  return served((url) =>
    inFolder(async (folder) => {
      for (const path of added) {
        const text = (await Deno.readTextFile(join(copy, path)))
          .replaceAll(/"(\.\.?\/[^"]+\.(?:ts|wgsl|json))"/g, (relative, specifier) => {
            const target = new URL(specifier, `${url}/${path}`);
            return added.includes(target.pathname.slice(1)) ? relative : `"${target}"`;
          })
          .replaceAll(/"@std\/(\w+)"/g, `"${url}/lib/std/$1/mod.ts"`);
        await addFile(folder, path, text);
      }
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["check", "--allow-import", ...added],
        cwd: folder,
        env: { DENO_DIR: join(folder, "cache"), NO_COLOR: "1" },
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    }), copy);
}

/** Runs Deno in the copy. */
async function deno(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: copy,
    env: { NO_COLOR: "1", INIT_CWD: copy },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}
