import { loadPackage } from "../shell/load_package.ts";

/**
 * The package that draws meshes. It is loaded when the first mesh is turned, and served from here, so that the browser needs no network. In this
 * version, everything is in one file.
 */
const THREE = "npm:three@0.170.0";

/** What is served of it, by the name in the address. */
const FILES: Readonly<Record<string, string>> = {
  "three.js": THREE,
  "OrbitControls.js": `${THREE}/examples/jsm/controls/OrbitControls.js`,
  "PLYLoader.js": `${THREE}/examples/jsm/loaders/PLYLoader.js`,
};

/**
 * A file of a package as text.
 *
 * @returns Undefined if no file of that name is served.
 * @throws {Error} If the package cannot be loaded.
 */
export async function packageFile(name: string): Promise<Uint8Array | undefined> {
  if (!Object.hasOwn(FILES, name)) return undefined;
  // Only the import of a package as a module fetches it; its text is there then.
  await loadPackage(THREE);
  return (await loadPackage<{ default: Uint8Array }>(FILES[name], undefined, "bytes")).default;
}
