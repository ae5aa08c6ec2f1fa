import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readEnv } from "./env.ts";

/** Where kernel choices are remembered; undefined where the environment does not say or may not be asked. */
function file(): string | undefined {
  const home = readEnv("HOME");
  const cache = readEnv("XDG_CACHE_HOME") ?? (home === undefined ? undefined : join(home, ".cache"));
  return cache === undefined ? undefined : join(cache, "neural-fields", "kernels.json");
}

/** Never asks: what is not already permitted is not done. */
function permitted(name: "read" | "write", path: string): boolean {
  return Deno.permissions.querySync({ name, path }).state === "granted";
}

function readAll(path: string): Record<string, string> {
  if (!permitted("read", path)) return {};
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, "utf8")));
    return Object.fromEntries(entries.filter((each): each is [string, string] => typeof each[1] === "string"));
  } catch {
    return {};
  }
}

/** A choice remembered from an earlier run, if there is one and it may be read. */
export function readChoice(key: string): string | undefined {
  const path = file();
  return path === undefined ? undefined : readAll(path)[key];
}

/** Remembers a choice; silently does not where it may not or cannot write. */
export function rememberChoice(key: string, choice: string): void {
  const path = file();
  if (path === undefined || !permitted("write", dirname(path))) return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const beside = `${path}.${crypto.randomUUID()}`;
    writeFileSync(beside, JSON.stringify({ ...readAll(path), [key]: choice }, null, 2));
    renameSync(beside, path);
  } catch {
    // A cache that cannot be written is only slower.
  }
}
