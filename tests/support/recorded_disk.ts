import { dirname, join, relative } from "@std/path";
import type { Change } from "../../tasks/run/disk.ts";

interface File {
  kind: "file";
  content: Uint8Array;
  /** The content that is on the disk; undefined before the first sync. */
  synced?: Uint8Array;
}

interface Folder {
  kind: "folder";
  names: Map<string, File | Folder>;
  /** The names that are on the disk. */
  synced: Map<string, File | Folder>;
}

/**
 * What stays when the machine stops: everything, as after the end of a process; nothing that was not synced; or all names, but only synced
 * content, because file systems write names earlier.
 */
export const STOPS = ["everything", "only what was synced", "all names, synced content"] as const;

/** The files below a folder as far as changes were recorded, and what of them is on the disk. */
export class RecordedDisk {
  readonly #root: Folder = { kind: "folder", names: new Map(), synced: new Map() };

  constructor(readonly folder: string) {}

  /** Makes a change. */
  apply(change: Change): void {
    const { kind, path } = change;
    const folder = this.#folderOf(dirname(path));
    const name = relative(dirname(path), path);
    switch (kind) {
      case "make folder":
        // It fails if there is one.
        if (!folder.names.has(name)) folder.names.set(name, { kind: "folder", names: new Map(), synced: new Map() });
        break;
      case "write":
        folder.names.set(name, { kind: "file", content: change.bytes });
        break;
      case "append": {
        const file = folder.names.get(name) as File | undefined ?? { kind: "file", content: new Uint8Array() };
        folder.names.set(name, file);
        file.content = new Uint8Array([...file.content, ...change.bytes]);
        break;
      }
      case "sync": {
        const file = folder.names.get(name) as File;
        file.synced = file.content;
        break;
      }
      case "sync folder": {
        const synced = this.#folderOf(path);
        synced.synced = new Map(synced.names);
        break;
      }
      case "rename": {
        const moved = folder.names.get(name)!;
        folder.names.delete(name);
        this.#folderOf(dirname(change.to)).names.set(relative(dirname(change.to), change.to), moved);
        break;
      }
      case "remove":
        folder.names.delete(name);
    }
  }

  /** The files that are left by path when the machine stops; empty folders have the content undefined. */
  left(stop: typeof STOPS[number]): Map<string, Uint8Array | undefined> {
    const files = new Map<string, Uint8Array | undefined>();
    const visit = (folder: Folder, path: string) => {
      const names = stop === "only what was synced" ? folder.synced : folder.names;
      if (names.size === 0 && path !== "") files.set(path, undefined);
      for (const [name, entry] of names) {
        const below = join(path, name);
        if (entry.kind === "folder") visit(entry, below);
        else files.set(below, stop === "everything" ? entry.content : entry.synced ?? new Uint8Array());
      }
    };
    visit(this.#root, "");
    return files;
  }

  #folderOf(path: string): Folder {
    const parts = relative(this.folder, path).split("/").filter((part) => part !== "");
    return parts.reduce((folder, part) => folder.names.get(part) as Folder, this.#root);
  }
}

/** Writes files to a folder. */
export async function restoreFiles(folder: string, files: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
  for (const [path, content] of files) {
    const whole = join(folder, path);
    await Deno.mkdir(content === undefined ? whole : dirname(whole), { recursive: true });
    if (content !== undefined) await Deno.writeFile(whole, content);
  }
}
