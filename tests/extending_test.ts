import { assertEquals, assertLessOrEqual } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { served } from "./support/served.ts";
import { inFolder } from "./support/temporary_folder.ts";

const page = await Deno.readTextFile(fromFileUrl(new URL("../docs/extending.md", import.meta.url)));
/** The blocks of code by the names of their files. */
const recipes = [...page.matchAll(/^```ts ([^\s/]+)\n([\s\S]*?)^```/gm)].map(([, name, code]) => ({ name, code }));

Deno.test("every recipe of docs/extending.md has at most 30 lines", () => {
  assertEquals(recipes.map(({ name }) => name), [
    "lion.ts",
    "newton.ts",
    "tanh.ts",
    "finer.ts",
    "pseudo_huber.ts",
    "periodic.ts",
    "waves.ts",
    "curved.ts",
    "check.ts",
  ]);
  for (const { name, code } of recipes) assertLessOrEqual(code.trimEnd().split("\n").length, 30, name);
});

/** The recipes that are programs, and what they print. */
const programs = [
  ["waves.ts", "600 steps\nloss below 2e-3, finite Hv\nends differ by less than 1e-5\n"],
  ["curved.ts", "200 products, loss falls\n"],
  ["check.ts", "agree\n"],
];

Deno.test("the recipes of docs/extending.md type-check and run as printed, from another folder, through a URL", () =>
  served((url) =>
    inFolder(async (folder) => {
      for (const { name, code } of recipes) {
        await Deno.writeTextFile(join(folder, name), code.replaceAll("https://HOST/neural-fields", url));
      }
      const deno = async (...args: string[]) => {
        const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args,
          cwd: folder,
          env: { DENO_DIR: join(folder, "cache"), NO_COLOR: "1" },
        }).output();
        assertEquals(code, 0, new TextDecoder().decode(stderr));
        return new TextDecoder().decode(stdout);
      };
      await deno("check", "--allow-import", "finer.ts", ...programs.map(([name]) => name));
      for (const [name, printed] of programs) {
        const flags = ["--no-prompt", "--allow-env", "--allow-import", "--allow-write=."];
        assertEquals(await deno("run", ...flags, name), printed);
      }
    })
  ));
