import { isDeno } from "../../gpu/runtime.ts";
import { shown } from "./json_value.ts";
import { join, normalize } from "./posix_path.ts";
import { printable } from "./printable.ts";

/** The most bytes of a file of a scene: 1 GiB. */
const LARGEST_FILE = 2 ** 30;

/** Access to the files of a scene, wherever they are stored. Paths are relative to the scene, with `/`. */
export interface SceneFiles {
  /** The name of the scene in error messages. */
  readonly name: string;
  /** Reads a file; undefined if it does not exist. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Lists the names in a folder, sorted by code units; undefined if it does not exist. `.` is the scene's folder. */
  list(folder: string): Promise<string[] | undefined>;
}

/**
 * A scene in a folder on disk, under Deno. Symbolic links are followed, even out of the folder.
 *
 * @throws {Error} In a browser and in Node; `sceneFromBytes` works everywhere.
 */
export function sceneFolder(root: string): SceneFiles {
  if (!isDeno()) throw new Error("sceneFolder: expected Deno, found another runtime: use sceneFromBytes.");
  const missing = (path: string, cause: unknown): undefined => {
    const { NotFound, NotADirectory, IsADirectory, FilesystemLoop } = Deno.errors;
    if ([NotFound, NotADirectory, IsADirectory].some((kind) => cause instanceof kind)) return undefined;
    const why = cause instanceof FilesystemLoop ? "symbolic links form a loop" : (cause as Error).message;
    throw new Error(`${printable(path)}: cannot be read: ${printable(why)}.`, { cause });
  };
  return {
    name: root,
    async read(path) {
      const file = join(root, checkInside(root, path));
      try {
        // The type is checked first, because on some systems reading a folder fails with an unspecific error.
        const { isFile, size } = await Deno.stat(file);
        if (size > LARGEST_FILE) throw new Error(`expected a file of at most ${LARGEST_FILE} bytes, found ${size}`);
        return isFile ? await Deno.readFile(file) : undefined;
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

/** A scene in memory, given as the bytes of each file by its path. */
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
 * Resolves `.` and `..` in a path and checks that it stays in the scene's folder. Symbolic links are not checked: the user may create
 * links to files outside, but a scene's file may not name them.
 *
 * @param where The beginning of the error message.
 * @throws {Error} If the path leaves the scene's folder.
 */
function checkInside(where: string, path: string): string {
  const inside = insidePath(path);
  if (inside === undefined) throw leavesFolder(where, path);
  return inside;
}

/** The path with `/` and without `.` and `..`; undefined if it leaves the scene's folder. */
export function insidePath(path: string): string | undefined {
  const plain = normalize(path.replaceAll("\\", "/"));
  const leaves = plain.startsWith("/") || /^[a-z]:/i.test(plain) || plain === ".." || plain.startsWith("../");
  return leaves || path.includes("\0") ? undefined : plain;
}

/** The error for a path that leaves the scene's folder. */
export function leavesFolder(where: string, path: string): Error {
  return new Error(`${where}: the path ${shown(path)} leaves the scene's folder.`);
}
