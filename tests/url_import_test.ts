import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { served } from "./support/served.ts";
import { inFolder } from "./support/temporary_folder.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

Deno.test("README's library example runs from a URL, in another folder, with a fresh cache and no configuration", () =>
  served(async (url) => {
    const readme = await Deno.readTextFile(join(root, "README.md"));
    const [, example] = /```ts\n([\s\S]*?)```/.exec(readme)!;
    const printed = await runElsewhere(example.replace("./mod.ts", `${url}/mod.ts`));
    assertMatch(printed, /^80 steps\nloss \d\.\de-\d, 1153 entries of Hv\n$/);
  }));

Deno.test("every entry of the package is imported from a URL", () =>
  served(async (url) => {
    const { exports } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
    const names = Object.keys(exports);
    const lines = names.map((name) =>
      `console.log("${name}", Object.keys(await import("${new URL(exports[name], `${url}/`)}")).length > 0);`
    );
    assertEquals(await runElsewhere(lines.join("\n")), names.map((name) => `${name} true\n`).join(""));
  }));

/** What a module prints that runs in another folder, with a fresh cache and no configuration. */
async function runElsewhere(module: string): Promise<string> {
  let printed = "";
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "example.ts"), module);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-env", "--allow-import", "example.ts"],
      cwd: folder,
      env: { DENO_DIR: join(folder, "cache"), NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    printed = new TextDecoder().decode(stdout);
  });
  return printed;
}
