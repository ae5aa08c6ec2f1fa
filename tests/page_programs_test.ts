import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { served } from "./support/served.ts";
import { inFolder } from "./support/temporary_folder.ts";

const read = (page: string) => Deno.readTextFile(fromFileUrl(new URL(`../docs/${page}`, import.meta.url)));
const page = await read("extending.md");
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
const programs: Record<string, RegExp> = {
  "waves.ts": /^600 steps\nloss below 2e-3, finite Hv\nends differ by less than 1e-5\n$/,
  "curved.ts": /^200 products, loss falls\n$/,
  "check.ts": /^agree\n$/,
};

/** Other pages with a program, and what it prints. */
const pages: Record<string, RegExp> = {
  occupancy: /^1000 points, some inside\n100 steps\nIoU 0\.[4-9], PLY of many bytes\n$/,
  derivatives:
    /^200 steps\ndistance right to 0\.0[0-2], length of the gradient to 0\.[0-1], curvature (0\.9|1\.[01])\n$/,
};

Deno.test(
  `the recipes of docs/extending.md and the programs of ${
    Object.keys(pages).map((name) => `docs/${name}.md`).join(" and ")
  } type-check and run as printed, from another folder, through a URL`,
  () =>
    served((url) =>
      inFolder(async (folder) => {
        for (const { name, code } of recipes) {
          await Deno.writeTextFile(join(folder, name), code.replaceAll("https://HOST/neural-fields", url));
        }
        const printed = { ...programs };
        for (const [name, lines] of Object.entries(pages)) {
          const [, code] = /```ts\n([\s\S]*?)```/.exec(await read(`${name}.md`))!;
          await Deno.writeTextFile(join(folder, `${name}.ts`), code.replaceAll('"../', `"${url}/`));
          printed[`${name}.ts`] = lines;
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
        // Together, because all need the types of the whole library.
        await deno("check", "--allow-import", "finer.ts", ...Object.keys(printed));
        const flags = ["--no-prompt", "--allow-env", "--allow-import", "--allow-write=."];
        for (const [name, lines] of Object.entries(printed)) assertMatch(await deno("run", ...flags, name), lines);
      })
    ),
);
