import { normalize } from "./posix_path.ts";
import { insidePath, type SceneFiles } from "./scene_files.ts";

/** A picture that was found in a scene's folder. */
export interface FoundFile {
  /** Its path in the scene's folder. */
  readonly path: string;
  /** Whether it is where the name says, or where only the last parts of the name or their spelling in small letters lead. */
  readonly elsewhere: boolean;
  /** The factor of the folder in which it is instead, such as 4 for `images_4`; 1 if it is in the folder that the name says. */
  readonly shrunk: number;
}

/** The endings that names may leave out. */
const ENDINGS = ["", ".png", ".jpg", ".jpeg"];

/** How many of a path's last parts are looked for. */
const MOST_PARTS = 8;

/** A longer path is no path that any system has. */
const LONGEST = 4096;

/** Names are compared in this form if there is none of the same spelling: without regard to case and to how accents are composed. */
const fold = (name: string) => name.normalize("NFC").toLowerCase();

/** A path as it is compared with others: with `/`, without `.`, `..` and ending. */
export function plainPath(path: string): string {
  return normalize(path.replaceAll("\\", "/")).replace(/\.(png|jpe?g)$/i, "");
}

/**
 * Finds the files that a scene's file names, within the scene's folder alone. Paths may have been written on other systems or for other
 * folders: if a path leads to no file, its last parts are looked for. If the folder that it names is missing, its shrunk copies, such as
 * `images_4` for `images`, are looked for, the largest first.
 */
export class FileFinder {
  readonly #folders = new Map<string, Promise<Names | undefined>>();
  readonly #copies = new Map<string, Promise<ReadonlyMap<string, readonly number[]>>>();
  readonly #spellings = new Map<string, Promise<string | undefined>>();

  /** @param downscale The factor of the shrunk copies that are preferred. */
  constructor(readonly files: SceneFiles, readonly downscale: number = 1) {}

  /** Finds a file; undefined if there is none. */
  async find(name: string): Promise<FoundFile | undefined> {
    if (name.length > LONGEST || name.includes("\0")) return undefined;
    const inside = insidePath(name);
    const parts = normalize(name.replaceAll("\\", "/")).split("/").filter((part) => part !== "" && part !== "..");
    const last = parts.slice(-MOST_PARTS);
    const ends = last.map((_, i) => last.slice(i).join("/"));
    const candidates = [...new Set(inside === undefined ? ends : [inside, ...ends])]
      .filter((path) => insidePath(path) !== undefined);
    const inFolder = async (factorsOf: (path: string) => readonly number[] | Promise<readonly number[]>) => {
      for (const candidate of candidates) {
        for (const shrunk of await factorsOf(candidate)) {
          const path = await this.#withEnding(shrunkPath(candidate, shrunk));
          if (path !== undefined) return { path, elsewhere: candidate !== inside, shrunk };
        }
      }
    };
    const preferred = this.downscale > 1 ? await inFolder(() => [this.downscale]) : undefined;
    if (preferred !== undefined) return preferred;
    for (const candidate of candidates) {
      const path = await this.#withEnding(candidate);
      if (path === undefined) continue;
      const named = inside !== undefined && ENDINGS.some((ending) => inside + ending === path);
      return { path, elsewhere: !named, shrunk: 1 };
    }
    return await inFolder((candidate) => this.#factors(candidate));
  }

  /** The factors of the folders with shrunk copies, rising. */
  async #factors(path: string): Promise<readonly number[]> {
    const parts = path.split("/");
    if (parts.length < 2) return [];
    const above = parts.length === 2 ? "." : await this.#spelled(parts.slice(0, -2).join("/"));
    if (above === undefined) return [];
    let copies = this.#copies.get(above);
    if (copies === undefined) this.#copies.set(above, copies = this.#names(above).then(copiesIn));
    return (await copies).get(parts.at(-2)!) ?? [];
  }

  /** The path of a file, perhaps with an ending, as it is spelled in the folders; undefined if there is none or several are meant. */
  async #withEnding(path: string | undefined): Promise<string | undefined> {
    if (path === undefined) return undefined;
    const slash = path.lastIndexOf("/");
    const folder = slash < 0 ? "." : await this.#spelled(path.slice(0, slash));
    const names = folder === undefined ? undefined : await this.#names(folder);
    if (folder === undefined || names === undefined) return undefined;
    for (const ending of ENDINGS) {
      const name = spelledIn(names, path.slice(slash + 1) + ending);
      if (name !== undefined) return folder === "." ? name : `${folder}/${name}`;
    }
  }

  /** The path of a folder as it is spelled; undefined if there is no such name. */
  #spelled(path: string): Promise<string | undefined> {
    const known = this.#spellings.get(path);
    if (known !== undefined) return known;
    const spell = async () => {
      let at = ".";
      for (const part of path.split("/")) {
        const names = await this.#names(at);
        const name = names && spelledIn(names, part);
        if (name === undefined) return undefined;
        at = at === "." ? name : `${at}/${name}`;
      }
      return at;
    };
    const spelled = spell();
    this.#spellings.set(path, spelled);
    return spelled;
  }

  /** The names in a folder by their folded form; undefined if there is no such folder. */
  #names(folder: string): Promise<Names | undefined> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const names = this.files.list(folder).then((found) => found && Map.groupBy(found, fold));
    this.#folders.set(folder, names);
    return names;
  }
}

/** The names in a folder, grouped by their folded form. */
type Names = ReadonlyMap<string, readonly string[]>;

/** How a name is spelled in a folder; undefined if it is not there or several names differ from it in spelling alone. */
function spelledIn(names: Names, name: string): string | undefined {
  const same = names.get(fold(name)) ?? [];
  return same.includes(name) ? name : same.length === 1 ? same[0] : undefined;
}

/** For each folder, the factors of its shrunk copies in the same place, rising: those of `images` if there is an `images_4`. */
function copiesIn(names: Names | undefined): ReadonlyMap<string, readonly number[]> {
  const copies = new Map<string, number[]>();
  for (const name of [...(names?.values() ?? [])].flat()) {
    const [, folder, factor] = /^(.+)_([1-9]\d{0,3})$/.exec(name) ?? [];
    if (folder !== undefined) copies.set(folder, [...copies.get(folder) ?? [], Number(factor)].sort((a, b) => a - b));
  }
  return copies;
}

/** The path of a picture's copy in the folder of copies shrunk by a factor; undefined if the picture is in no folder. */
function shrunkPath(path: string, factor: number): string | undefined {
  const parts = path.split("/");
  if (parts.length < 2) return undefined;
  return [...parts.slice(0, -2), `${parts.at(-2)}_${factor}`, parts.at(-1)].join("/");
}
