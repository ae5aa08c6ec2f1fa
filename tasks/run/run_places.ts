import { join } from "node:path";

/** How deep runs are looked for: those of a comparison lie in `compare/NAME/runs/ID`. */
const DEEPEST = 5;

/** How runs are looked for. */
interface Search {
  /** Whether to look into a folder below the root that has these entries; by default into every one. */
  readonly enters?: (names: readonly string[], place: string) => boolean;
  /** What is done about a folder that cannot be read; by default nothing. */
  readonly unreadable?: (path: string, error: Error) => void;
}

/**
 * Finds the runs in a folder and the folders in it: those with a `config.json`. Links are not followed, and hidden folders are left out.
 *
 * @param root The folder; it need not exist, and may be a run itself.
 * @returns The paths of the runs within the root, separated by `/`, in the order of their names.
 */
export async function runPlaces(root: string, { enters = () => true, unreadable }: Search = {}): Promise<string[]> {
  const look = async (place: string, depth: number): Promise<string[]> => {
    const path = join(root, place);
    const entries = await Array.fromAsync(Deno.readDir(path)).catch((error) => {
      const isNone = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
      if (!isNone) unreadable?.(path, error);
      return [];
    });
    if (entries.some(({ name, isFile }) => name === "config.json" && isFile)) return [place];
    if (depth === DEEPEST || depth > 0 && !enters(entries.map(({ name }) => name), place)) return [];
    const folders = entries.filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."));
    const found: string[] = [];
    for (const { name } of folders.sort((a, b) => a.name < b.name ? -1 : 1)) {
      found.push(...await look(place === "" ? name : `${place}/${name}`, depth + 1));
    }
    return found;
  };
  return await look("", 0);
}
