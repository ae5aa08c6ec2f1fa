/**
 * Builds the package for JSR, `deno run --allow-read --allow-write --allow-env tasks/package.ts FOLDER`: the files that `deno publish` takes, with each
 * text that is imported as a module that exports it. JSR has refused imports of texts, which `deno publish --dry-run` does not tell.
 *
 * @module
 */
import project from "../deno.json" with { type: "json" };
import { dirname, join, relative, resolve } from "../lib/std/path/mod.ts";
import { projectFile } from "./shell/project_file.ts";
import { runTask } from "./shell/main.ts";
import { UserError } from "./shell/user_error.ts";

/** An import of a text. */
const TEXT_IMPORT = /^(import \w+ from ")([^"]+\.wgsl)" with \{ type: "text" \};$/gm;

/** The module that stands for a file. */
function packaged(path: string, text: string): { readonly path: string; readonly text: string } {
  if (path.endsWith(".wgsl")) {
    return { path: `${path}.ts`, text: `const text: string = ${JSON.stringify(text)};\nexport default text;\n` };
  }
  return { path, text: path.endsWith(".ts") ? text.replace(TEXT_IMPORT, '$1$2.ts";') : text };
}

/** The files in a folder and its subfolders. */
async function* filesUnder(path: string): AsyncGenerator<string> {
  if ((await Deno.stat(path)).isFile) return yield path;
  for await (const { name } of Deno.readDir(path)) yield* filesUnder(join(path, name));
}

/** Whether a file belongs to the package; `publish` in deno.json says the same. */
function belongs(path: string): boolean {
  return !path.startsWith("lib/std/") && (path.startsWith("docs/") ? path.endsWith(".md") : true);
}

/** Builds the package in a folder that is not there yet. */
async function buildPackage([folder]: readonly string[]): Promise<void> {
  if (folder === undefined) throw new UserError("expected the folder to build the package in, found none.");
  const target = resolve(folder);
  if (await Deno.lstat(target).then(() => true, () => false)) throw new UserError(`${folder}: is there already.`);
  const root = dirname(projectFile("deno.json", "the package"));
  const put = async ({ path, text }: { readonly path: string; readonly text: string }) => {
    await Deno.mkdir(dirname(join(target, path)), { recursive: true });
    await Deno.writeTextFile(join(target, path), text);
  };
  for (const part of ["mod.ts", "lib", "wgsl", "docs", "LICENSE", "README.md", "CHANGELOG.md"]) {
    for await (const file of filesUnder(join(root, part))) {
      const path = relative(root, file);
      if (belongs(path)) await put(packaged(path, await Deno.readTextFile(file)));
    }
  }
  const { name, version, license, exports } = project;
  await put({ path: "deno.json", text: JSON.stringify({ name, version, license, exports }, undefined, 2) + "\n" });
  console.log(`${target}: the package. To publish it: cd ${folder} && deno publish`);
}

if (import.meta.main) await runTask(buildPackage);
