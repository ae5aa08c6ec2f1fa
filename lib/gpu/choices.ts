import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readEnv } from "./env.ts";

/** Where kernel choices are remembered; undefined where the environment does not say or may not be asked. */
function file(): string | undefined {
  const home = readEnv("HOME");
  const cache = readEnv("XDG_CACHE_HOME") ?? (home === undefined ? undefined : join(home, ".cache"));
  return cache === undefined ? undefined : join(cache, "neural-fields", "kernels.jsonl");
}

/** Never asks: what is not already permitted is not done. */
function permitted(name: "read" | "write", path: string): boolean {
  return Deno.permissions.querySync({ name, path }).state === "granted";
}

/** A choice remembered from an earlier run, the latest if there are several; undefined if there is none or it may not be read. */
export function readChoice(key: string): string | undefined {
  const path = file();
  if (path === undefined || !permitted("read", path)) return undefined;
  let lines: string[];
  try {
    lines = readFileSync(path, "utf8").split("\n");
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
export function rememberChoice(key: string, choice: string): boolean {
  const path = file();
  if (path === undefined || !permitted("write", dirname(path))) return false;
  try {
    mkdirSync(dirname(path), { recursive: true });
    // The line break before it ends a line that a writer was stopped in.
    appendFileSync(path, "\n" + JSON.stringify({ key, choice }));
    return true;
  } catch {
    return false;
  }
}
