import { dirname, fromFileUrl, join } from "@std/path";

const root = fromFileUrl(new URL("../../", import.meta.url));

/** What the tasks need to run. */
const PARTS = ["deno.json", "mod.ts", "lib", "wgsl", "tasks"];

/**
 * Copies the project's code to a folder.
 *
 * @param more Other files and folders of the project that it needs; by default there are no tests and no documentation.
 */
export async function copyTree(copy: string, more: readonly string[] = []): Promise<void> {
  for (const part of [...PARTS, ...more]) await copyInto(join(copy, part), join(root, part));
}

/** Writes a new file of a copy. */
export async function addFile(copy: string, path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(join(copy, path)), { recursive: true });
  await Deno.writeTextFile(join(copy, path), text, { createNew: true });
}

/**
 * Adds an entry to a list of a registry.
 *
 * @param path The registry's file, which declares the list as `const LIST … = [`.
 * @param entry.text The line that is added.
 * @param entry.imports The name that the line needs, and the file that exports it.
 */
export async function addEntry(
  copy: string,
  path: string,
  list: string,
  entry: { readonly text: string; readonly imports: readonly [name: string, from: string] },
): Promise<void> {
  const file = join(copy, path);
  const [name, from] = entry.imports;
  const text = await Deno.readTextFile(file);
  const changed = text.replace(new RegExp(`(const ${list}[^=]*= \\[\\n)`), `$1  ${entry.text},\n`);
  if (changed === text) throw new Error(`${path}: expected a list ${list}, found none.`);
  await Deno.writeTextFile(file, `import { ${name} } from "${from}";\n${changed}`);
}

async function copyInto(to: string, from: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copyInto(join(to, name), join(from, name));
}
