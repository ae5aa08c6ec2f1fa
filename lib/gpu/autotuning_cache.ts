import project from "../../deno.json" with { type: "json" };
import type { AdapterDescription } from "./adapter_description.ts";
import { readEnv } from "./env.ts";
import { isDeno, isPermitted } from "./runtime.ts";

/** The folder in which choices are remembered; undefined where the environment does not say, or may not be read. */
export function cacheFolder(): string | undefined {
  const home = readEnv("HOME");
  const cache = readEnv("XDG_CACHE_HOME") ?? (home === undefined ? undefined : `${home}/.cache`);
  return cache === undefined ? undefined : `${cache}/neural-fields`;
}

/** A choice remembered from an earlier run, the latest if there are several; undefined if there is none or it may not be read. */
function readChoice(key: string): string | undefined {
  const path = `${cacheFolder()}/kernels.jsonl`;
  if (cacheFolder() === undefined || !isPermitted({ name: "read", path })) return undefined;
  let lines: string[];
  try {
    lines = Deno.readTextFileSync(path).split("\n");
  } catch {
    return undefined;
  }
  return lines.map(choiceIn).findLast((entry) => entry?.key === key)?.choice;
}

/** What a line says; undefined for one that was cut short or is something else. */
function choiceIn(line: string): { key: string; choice: string } | undefined {
  try {
    const { key, choice } = JSON.parse(line);
    return typeof key === "string" && typeof choice === "string" ? { key, choice } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Remembers a choice. A line is appended, never the file rewritten, so that processes that choose at the same time lose nothing.
 *
 * @returns Whether it could.
 */
function rememberChoice(key: string, choice: string): boolean {
  const path = cacheFolder();
  if (path === undefined || !isPermitted({ name: "write", path })) return false;
  try {
    Deno.mkdirSync(path, { recursive: true });
    // The line break before it ends a line that a writer was stopped in.
    Deno.writeTextFileSync(`${path}/kernels.jsonl`, "\n" + JSON.stringify({ key, choice }), { append: true });
    return true;
  } catch {
    return false;
  }
}

const FORGETFUL = "Kernels measured fastest cannot be remembered. Deno needs --allow-env=HOME,XDG_CACHE_HOME to " +
  "find the cache folder, and --allow-write for it (~/.cache/neural-fields by default). Until then every run measures anew, and may choose others, whose results differ by rounding.";

/** The choices that were measured to be fastest on an adapter, by subject: in this process, or in earlier ones with the same runtime and version. */
export class AutotuningCache {
  readonly #adapter: AdapterDescription;
  /** What has been asked for; undefined where nobody has chosen. */
  readonly #known = new Map<string, string | undefined>();
  #forgetful = false;

  /** @param adapter The adapter that the choices hold for. */
  constructor(adapter: AdapterDescription) {
    this.#adapter = adapter;
  }

  /** A choice of this process, or else one that was remembered; undefined if there is none. */
  lookUp(subject: string): string | undefined {
    if (!this.#known.has(subject)) this.#known.set(subject, readChoice(this.#key(subject)));
    return this.#known.get(subject);
  }

  /** A choice of this process; the file is not read. */
  made(subject: string): string | undefined {
    return this.#known.get(subject);
  }

  /** Sets a choice for this process; undefined for none. */
  set(subject: string, choice: string | undefined): void {
    this.#known.set(subject, choice);
  }

  /** Remembers a choice for later processes, under Deno. Where that is not permitted, it says so once. */
  remember(subject: string, choice: string): void {
    if (!isDeno() || rememberChoice(this.#key(subject), choice) || this.#forgetful) return;
    this.#forgetful = true;
    console.warn(FORGETFUL);
  }

  #key(subject: string): string {
    const { name, vendor } = this.#adapter;
    return [name, vendor, navigator.userAgent, `${project.name} ${project.version}`, subject].join(" | ");
  }
}
