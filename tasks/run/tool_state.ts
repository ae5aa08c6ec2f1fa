import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

/** The files that results depend on, in the folder of the tool. */
const SOURCES = ["deno.json", "mod.ts", "lib", "tasks", "wgsl"];

/** Which version of this project a run was made with. */
interface ToolState {
  readonly version: string;
  /** The commit that was checked out, where the tool lies in a git repository. */
  readonly commit?: string;
  /** A hash of all source files: another one than that of the commit says that files were changed since. */
  readonly sources?: string;
  /** The address that the tool was loaded from, in place of a commit and a hash. */
  readonly url?: string;
}

let state: ToolState | undefined;

/** The state of the files that this process was started from; a tool that was loaded from an address has that instead. */
export function toolState(): ToolState {
  return state ??= stateAt(new URL("../../", import.meta.url));
}

/** The state of a tool in a folder or at an address; names and passwords in the address are left out. */
export function stateAt(root: URL): ToolState {
  if (root.protocol === "file:") return stateIn(fileURLToPath(root));
  const url = new URL(root);
  [url.username, url.password] = ["", ""];
  return { version: project.version, url: url.href };
}

/** The state of a tool in a folder. */
export function stateIn(folder: string): ToolState {
  return { version: project.version, commit: commitIn(folder), sources: hashOf(folder) };
}

/** The commit that is checked out in a folder, read from git's files, because tasks may not start programs. */
function commitIn(folder: string): string | undefined {
  const dot = join(folder, ".git");
  const link = textOf(dot)?.match(/^gitdir: (.+)/)?.[1];
  const own = link === undefined ? dot : resolve(folder, link);
  const shared = textOf(join(own, "commondir"))?.trim();
  const common = shared === undefined ? own : resolve(own, shared);
  const head = textOf(join(own, "HEAD"))?.trim();
  const name = head?.match(/^ref: (refs\/\S+)$/)?.[1];
  const commit = name === undefined
    ? head
    : textOf(join(common, name))?.trim() ?? textOf(join(common, "packed-refs"))?.split("\n")
      .find((line) => line.endsWith(` ${name}`))?.split(" ")[0];
  return commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}

/** A hash of the names and contents of all sources; undefined if they cannot be read. */
function hashOf(folder: string): string | undefined {
  const hash = createHash("sha256");
  try {
    for (const file of SOURCES.flatMap((name) => filesIn(folder, name))) {
      hash.update(`${file}\0`).update(Deno.readFileSync(join(folder, file))).update("\0");
    }
  } catch {
    return undefined;
  }
  return hash.digest("hex").slice(0, 16);
}

/** A file, or all files in a folder and those in it, in the order of their names. */
function filesIn(folder: string, name: string): string[] {
  const path = join(folder, name);
  if (!Deno.statSync(path).isDirectory) return [name];
  return [...Deno.readDirSync(path)].map((each) => each.name).sort().flatMap((each) =>
    filesIn(folder, `${name}/${each}`)
  );
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
