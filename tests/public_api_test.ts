import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { fromFileUrl, join, relative } from "@std/path";
import { inFolder } from "./support/temporary_folder.ts";

const root = fromFileUrl(new URL("../", import.meta.url));
const read = (file: string) => Deno.readTextFile(join(root, file));
const { exports, tasks } = JSON.parse(await read("deno.json"));
const entries: string[] = Object.values<string>(exports).map((file) => file.replace("./", ""));

/** Names in the root, types included: so many can still be looked over. */
const MOST_NAMES = 100;

Deno.test("the package exports the root, lib/extend.ts and the mod.ts of every folder", async () => {
  const rooms: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
      if (isDirectory && `${folder}/${name}` !== "lib/std") await walk(`${folder}/${name}`);
      else if (name === "mod.ts") rooms.push(`${folder}/mod.ts`);
    }
  };
  await walk("lib");
  assertEquals(entries.toSorted(), ["lib/extend.ts", "mod.ts", ...rooms].sort());
  for (const [name, file] of Object.entries(exports)) {
    const folder = /([^/]+)\/mod\.ts$/.exec(file as string)?.[1];
    assertEquals(name, file === "./mod.ts" ? "." : file === "./lib/extend.ts" ? "./extend" : `./${folder}`);
  }
});

Deno.test("every entry of the package says what it has, and only re-exports", async () => {
  for (const file of entries) {
    const text = await read(file);
    assert(/^\/\*\*\n \* [^@]+@module\n \*\/\n/.test(text), file);
    const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^export (type )?\{[^{}]*\} from "[^"]+";$/gm, "");
    assertEquals(code.trim(), "", file);
  }
});

Deno.test("the root has few names, and each of them is in a room too", async () => {
  const names = await namesOf("mod.ts");
  assertLessOrEqual(names.length, MOST_NAMES);
  const rooms = new Set<string>();
  for (const file of entries) if (file !== "mod.ts") { for (const name of await namesOf(file)) rooms.add(name); }
  assertEquals(names.filter((name) => !rooms.has(name)), []);
});

Deno.test("`deno task ok` checks every entry, and the package has neither tests nor fixtures", async () => {
  for (const file of entries) {
    const pattern = file.replace(/^lib\/(data\/)?[^/]+\/mod\.ts$/, "lib/$1*/mod.ts");
    assert(new RegExp(`deno doc --lint [^&]*${RegExp.escape(pattern)}`).test(tasks.ok), file);
  }
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stderr);
  assert(success, text);
  const files = [...text.matchAll(/^ +(file:\S+) \(/gm)].map(([, url]) => relative(root, fromFileUrl(url)));
  assertEquals(entries.filter((file) => !files.includes(file)), []);
  assertEquals(files.filter((file) => /^(tests|fixtures|tasks|\.ci|lib\/std)\/|\.png$/.test(file)), []);
});

Deno.test("the package that is built for JSR imports no texts, can be published and trains", () =>
  inFolder(async (folder) => {
    const target = join(folder, "package");
    const built = await deno(root, [
      "run",
      "--allow-read",
      `--allow-write=${folder}`,
      "--allow-env",
      "tasks/package.ts",
      target,
    ]);
    assert(built.success, built.text);
    const published = await deno(target, ["publish", "--dry-run", "--allow-dirty", "--no-check"]);
    assert(published.success, published.text);
    const files = [...published.text.matchAll(/^ +(file:\S+) \(/gm)].map(([, url]) =>
      relative(target, fromFileUrl(url))
    );
    assertEquals(entries.filter((file) => !files.includes(file)), []);
    assertEquals(files.filter((file) => /^(tests|fixtures|tasks|lib\/std)\/|\.(png|wgsl|js)$/.test(file)), []);
    for (const file of files.filter((file) => /\.ts$/.test(file))) {
      assert(!/^import .* with \{ type: "text"/m.test(await Deno.readTextFile(join(target, file))), file);
    }
    const [, example] = /```ts\n([\s\S]*?)```/.exec(await read("README.md"))!;
    await Deno.writeTextFile(join(target, "example.ts"), example);
    const trained = await deno(target, ["run", "-A", "example.ts"]);
    assertMatch(trained.text, /80 steps\nloss \d\.\de-\d, 1153 entries of Hv\n/);
    const again = await deno(root, [
      "run",
      "--allow-read",
      `--allow-write=${folder}`,
      "--allow-env",
      "tasks/package.ts",
      target,
    ]);
    assertMatch(again.text, /^error: \S+: is there already\.\n$/);
  }));

/** Runs Deno in a folder. */
async function deno(cwd: string, args: readonly string[]): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  })
    .output();
  return { success, text: new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout) };
}

async function namesOf(file: string): Promise<string[]> {
  const lists = (await read(file)).matchAll(/^export (?:type )?\{([^{}]*)\}/gm);
  return [...lists].flatMap(([, list]) => list.split(",").map((name) => name.replace("type ", "").trim()))
    .filter((name) => name !== "");
}
