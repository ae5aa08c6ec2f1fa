import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

const root = fromFileUrl(new URL("../../", import.meta.url));
const { imports } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));

function listScripts(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap(({ name, isDirectory }) => {
    if (isDirectory) return listScripts(`${folder}/${name}`);
    return name.endsWith(".ts") ? [`${folder}/${name}`] : [];
  });
}

Deno.test("npm packages that lib imports by a literal specifier are those of deno.json, in the same version", () => {
  // Modules imported from a URL do not see the import map, so that the version has to stand in the code as well.
  const declared = new Set(Object.values(imports));
  const found = listScripts(`${root}lib`).flatMap((file) =>
    Array.from(
      Deno.readTextFileSync(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](npm:[^"']+)["']/g),
      ([, specifier]) => ({ file, specifier }),
    )
  );
  assertEquals(found.filter(({ specifier }) => !declared.has(specifier)), []);
  assert(found.some(({ specifier }) => specifier === imports["ml-matrix"]), "expected ml-matrix to be imported by lib");
});
