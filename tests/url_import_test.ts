import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { smoothPng } from "./support/image_task.ts";
import { served } from "./support/served.ts";
import { inFolder } from "./support/temporary_folder.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

Deno.test("README's library example runs from a URL, in another folder, with a fresh cache and no configuration, and every entry is imported so", () =>
  served(async (url) => {
    const readme = await Deno.readTextFile(join(root, "README.md"));
    const [, example] = /```ts\n([\s\S]*?)```/.exec(readme)!;
    const { exports } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
    const names = Object.keys(exports);
    const lines = names.map((name) =>
      `console.log("${name}", Object.keys(await import("${new URL(exports[name], `${url}/`)}")).length > 0);`
    );
    const printed = await runElsewhere([example.replace("./mod.ts", `${url}/mod.ts`), ...lines].join("\n"));
    const [steps, loss, ...imported] = printed.trimEnd().split("\n");
    assertMatch(`${steps}, ${loss}`, /^80 steps, loss \d\.\de-\d, 1153 entries of Hv$/);
    assertEquals(imported, names.map((name) => `${name} true`));
  }));

Deno.test("tasks run from a URL, in another folder, with a fresh cache, no configuration and no clone", () =>
  served((url) =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "photo.png"), smoothPng(8, 6));
      const training = [
        "photo.png",
        "--size",
        "0",
        "--layers",
        "2",
        "--width",
        "16",
        "--epochs",
        "4",
        "--name",
        "first",
      ];
      const trained = await runFrom(folder, ["-A", `${url}/tasks/image.ts`, ...training]);
      assertEquals(trained.code, 0, trained.stderr);
      const summary = JSON.parse(await Deno.readTextFile(join(folder, "runs", "image", "first", "summary.json")));
      assertEquals([summary.status, summary.steps], ["finished", 4]);

      const own = 'import { pointwise } from "@neural-fields/neural-fields/extend";\nexport default () => pointwise;\n';
      await Deno.writeTextFile(join(folder, "mine.ts"), own);
      const byName = await runFrom(folder, ["-A", `${url}/tasks/fit.ts`, "--objective", "./mine.ts"]);
      assertEquals(byName.code, 1);
      assertStringIncludes(
        byName.stderr,
        `error: ${join(folder, "mine.ts")}: cannot be loaded: line 1: expected an import of "${url}/lib/extend.ts", ` +
          `found "@neural-fields/neural-fields/extend", which is known only in a clone.`,
      );
      await Deno.writeTextFile(join(folder, "mine.ts"), own.replace(/"@.*"/, `"${url}/lib/extend.ts"`));
      const byAddress = await runFrom(folder, ["-A", `${url}/tasks/fit.ts`, "--objective", "./mine.ts"]);
      assertStringIncludes(byAddress.stderr, "mine.ts: objective: expected an objective such as");

      const scene = await runFrom(folder, ["-A", `${url}/tasks/nerf.ts`, "--dry-run"]);
      assertEquals(scene.code, 1);
      assertMatch(
        scene.stderr,
        /^error: a run without the name of a scene: expected a clone of the project, because fixtures\/scene\/ is read from it; found http:\S+\.\n$/m,
      );
      const spec = { task: "image", inputs: ["photo.png"], grid: { seed: [0, 1] } };
      await Deno.writeTextFile(join(folder, "sweep.json"), JSON.stringify(spec));
      const sweep = await runFrom(folder, ["-A", `${url}/tasks/sweep.ts`, "sweep.json"]);
      assertEquals(sweep.code, 1);
      assertMatch(sweep.stderr, /error: deno task sweep: expected a clone of the project/);
      assertEquals([...Deno.readDirSync(join(folder, "runs"))].map(({ name }) => name), ["image"]);
    })
  ));

/** What a module prints that runs in another folder, with a fresh cache and no configuration. */
async function runElsewhere(module: string): Promise<string> {
  let printed = "";
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "example.ts"), module);
    const { code, stdout, stderr } = await runFrom(folder, ["--allow-env", "--allow-import", "example.ts"]);
    assertEquals(code, 0, stderr);
    printed = stdout;
  });
  return printed;
}

/** Runs Deno in a folder, which holds its cache. */
async function runFrom(folder: string, args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    cwd: folder,
    // `deno task test` sets INIT_CWD for itself.
    env: { DENO_DIR: join(folder, "cache"), INIT_CWD: "", NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
