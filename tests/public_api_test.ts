import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { fromFileUrl, join, relative } from "@std/path";

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

async function namesOf(file: string): Promise<string[]> {
  const lists = (await read(file)).matchAll(/^export (?:type )?\{([^{}]*)\}/gm);
  return [...lists].flatMap(([, list]) => list.split(",").map((name) => name.replace("type ", "").trim()))
    .filter((name) => name !== "");
}
