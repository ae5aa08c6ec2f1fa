import { isAbsolute, join, normalize } from "node:path/posix";

/** The files of a scene, wherever they are. Paths are relative to the scene, with `/`. */
export interface SceneFiles {
  /** How errors call the scene. */
  readonly name: string;
  /** The bytes of a file; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Names in a folder, sorted by their characters; undefined where there is none. `.` is the scene's own folder. */
  list(folder: string): Promise<string[] | undefined>;
}

/** A scene in a folder on disk. Links are followed, also out of it. */
export function sceneFolder(root: string): SceneFiles {
  const missing = (path: string, cause: unknown): undefined => {
    const { NotFound, NotADirectory, IsADirectory, FilesystemLoop } = Deno.errors;
    if ([NotFound, NotADirectory, IsADirectory].some((kind) => cause instanceof kind)) return undefined;
    const why = cause instanceof FilesystemLoop ? "links lead in a circle" : (cause as Error).message;
    throw new Error(`${path}: cannot be read: ${why}.`, { cause });
  };
  return {
    name: root,
    async read(path) {
      const file = join(root, checkInside(root, path));
      try {
        // Reading a folder fails with a plain error on some systems.
        return (await Deno.stat(file)).isFile ? await Deno.readFile(file) : undefined;
      } catch (error) {
        return missing(file, error);
      }
    },
    async list(folder) {
      const path = join(root, checkInside(root, folder));
      try {
        const names: string[] = [];
        for await (const entry of Deno.readDir(path)) names.push(entry.name);
        return names.sort((a, b) => a < b ? -1 : 1);
      } catch (error) {
        return missing(path, error);
      }
    },
  };
}

/** A scene in memory: bytes by path. */
export function sceneFromBytes(files: Readonly<Record<string, Uint8Array>>, name = "scene"): SceneFiles {
  return {
    name,
    read(path) {
      const inside = checkInside(name, path);
      return Promise.resolve(Object.hasOwn(files, inside) ? files[inside] : undefined);
    },
    list(folder) {
      const place = checkInside(name, folder);
      const prefix = place === "." ? "" : `${place}/`;
      const names = Object.keys(files).filter((path) => path.startsWith(prefix));
      const inside = [...new Set(names.map((path) => path.slice(prefix.length).split("/")[0]))];
      return Promise.resolve(inside.length === 0 ? undefined : inside.sort((a, b) => a < b ? -1 : 1));
    },
  };
}

/**
 * A path without `.` and `..`. Only its text is checked: a scene does not name what is outside, a person may link to it.
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
