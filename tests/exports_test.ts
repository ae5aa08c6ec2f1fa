import { assertEquals } from "@std/assert";
import { basename, join } from "@std/path";
import { filesIn, root, sourceFiles, targetOf } from "./support/source_files.ts";

/** What is imported from outside only; it re-exports from every floor. */
const ENTRY = "lib/extend.ts";

/** What exists for tests: only they look at every change of the disk, and stop it. */
const FOR_TESTS = ["tasks/run/disk.ts: watchDisk"];

const files = await sourceFiles();

Deno.test("every name that a file of lib or tasks exports is imported by another file, and used by more than tests", async () => {
  const pages = await filesIn("docs");
  const used = await importedNames([...files, ...pages]);
  const tested = await importedNames(await filesIn("tests"));
  const unused: string[] = [];
  for (const file of files.filter((file) => /^(lib\/(?!std\/)|tasks\/).*\.ts$/.test(file))) {
    const text = await Deno.readTextFile(join(root, file));
    for (const name of exportedNames(text)) {
      // A name that only tests import is a part of its own file that is tested by itself; without a use there it is dead.
      const place = `${file}: ${name}`;
      const alive = tested.has(place) && (usesOf(name, text) > 1 || FOR_TESTS.includes(place));
      if (!used.has(place) && !alive) unused.push(place);
    }
  }
  assertEquals(unused, []);
});

Deno.test("exports stand where their names are declared, one name each; only what is for the outside re-exports", async () => {
  const broken: string[] = [];
  for (const file of files.filter((file) => /^(lib\/(?!std\/)|tasks\/).*\.ts$/.test(file))) {
    if (basename(file) === "mod.ts" || file === ENTRY) continue;
    broken.push(...otherExports(await Deno.readTextFile(join(root, file))).map((line) => `${file}: ${line}`));
  }
  assertEquals(broken, []);
});

Deno.test("every form of export counts", () => {
  const declared = "export abstract class A {}\nexport let b = 1;\nexport enum C {}\nexport const enum D {}\n";
  assertEquals(exportedNames(`${declared}export async function* e() {}`), ["A", "b", "C", "D", "e"]);
  const others = [
    "export { f };",
    "export default 1;",
    "export const { g } = h;",
    "export let [i] = h;",
    "export * from x;",
  ];
  for (const other of [...others, "export type { J };", "export namespace K {}"]) {
    assertEquals([exportedNames(other), otherExports(other)], [[], [other]]);
  }
  assertEquals(otherExports(declared), []);
});

/** A line that declares one name and exports it. */
const DECLARATION =
  /^export (?:declare )?(?:async |abstract |const (?=enum))?(?:function\*?|class|interface|type|const|let|var|enum) (\w+)/;

/** The names that a text declares and exports. */
function exportedNames(text: string): string[] {
  return text.split("\n").flatMap((line) => DECLARATION.exec(line)?.[1] ?? []);
}

/** The lines of a text that export in another form. */
function otherExports(text: string): string[] {
  return text.split("\n").filter((line) => /^export\b/.test(line) && !DECLARATION.test(line));
}

/** How often a text has a name outside comments. */
function usesOf(name: string, text: string): number {
  return text.replace(/^\s*(\/?\*|\/\/).*$/gm, "").match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0;
}

/** What files import or re-export from files of the project, as "file: name". */
async function importedNames(importers: readonly string[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (const file of importers.filter((file) => file.endsWith(".ts"))) {
    const statements = (await Deno.readTextFile(join(root, file)))
      .matchAll(/^ *(?:import|export|const)\s+(?:type\s+)?\{([^}]*)\}\s+(?:from\s+|= await import\()"([^"]+)"/gm);
    for (const [, list, specifier] of statements) {
      const target = targetOf(file, specifier);
      for (const name of list.split(",")) {
        names.add(`${target}: ${name.replace("type ", "").split(/ as |:/)[0].trim()}`);
      }
    }
  }
  return names;
}
