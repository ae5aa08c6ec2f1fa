import { dirname, fromFileUrl, join, relative } from "@std/path";

/** The project's folder. */
export const root = fromFileUrl(new URL("../../", import.meta.url));

/** The file that a relative specifier means, relative to the project's root. */
export function targetOf(file: string, specifier: string): string {
  return relative(root, join(root, dirname(file), specifier));
}

/** The files of the project's code, relative to its root. */
export async function sourceFiles(): Promise<string[]> {
  const folders = await Promise.all(["lib", "wgsl", "tasks"].map(filesIn));
  return ["mod.ts", ...folders.flat()].sort();
}

/** The TypeScript and WGSL files in a folder of the project and its subfolders. */
export async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesIn(path));
    else if (/\.(ts|wgsl)$/.test(name)) found.push(path);
  }
  return found;
}
