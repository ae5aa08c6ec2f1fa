import { isAbsolute, join, normalize } from "node:path/posix";

/** The files of a scene, wherever they are. Paths are relative to the scene, with `/`. */
export interface SceneFiles {
  /** How errors call the scene. */
  readonly name: string;
  /** The bytes of a file; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Names in a folder, sorted by their characters; undefined where there is none. */
  list(folder: string): Promise<string[] | undefined>;
}

/** A scene in a folder on disk. */
export function sceneFolder(root: string): SceneFiles {
  const missing = (error: unknown) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof Deno.errors.IsADirectory) return undefined;
    throw error;
  };
  return {
    name: root,
    async read(path) {
      const file = join(root, checkInside(root, path));
      // Reading a folder fails with a plain error on some systems.
      if (!(await Deno.stat(file).catch(missing))?.isFile) return undefined;
      return await Deno.readFile(file);
    },
    async list(folder) {
      try {
        const names: string[] = [];
        for await (const entry of Deno.readDir(join(root, checkInside(root, folder)))) names.push(entry.name);
        return names.sort((a, b) => a < b ? -1 : 1);
      } catch (error) {
        return missing(error);
      }
    },
  };
}

/** A scene in memory: bytes by path. */
export function sceneFromBytes(files: Readonly<Record<string, Uint8Array>>, name = "scene"): SceneFiles {
  return {
    name,
    read: (path) => Promise.resolve(files[checkInside(name, path)]),
    list(folder) {
      const prefix = `${checkInside(name, folder)}/`;
      const names = Object.keys(files).filter((path) => path.startsWith(prefix));
      const inside = [...new Set(names.map((path) => path.slice(prefix.length).split("/")[0]))];
      return Promise.resolve(inside.length === 0 ? undefined : inside.sort((a, b) => a < b ? -1 : 1));
    },
  };
}

/**
 * A path without `.` and `..`.
 *
 * @param where How the error calls what names the path.
 * @throws {Error} If it leaves the scene's folder.
 */
export function checkInside(where: string, path: string): string {
  const plain = normalize(path.replaceAll("\\", "/"));
  if (isAbsolute(plain) || /^[a-z]:/i.test(plain) || plain === ".." || plain.startsWith("../") || path.includes("\0")) {
    throw new Error(`${where}: the path ${JSON.stringify(path)} leaves the scene's folder.`);
  }
  return plain;
}
