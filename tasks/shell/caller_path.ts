import { readEnv } from "../../lib/gpu/env.ts";
import { isAbsolute, relative, resolve } from "../../lib/std/path/mod.ts";

/**
 * The absolute path that a person means by a path at the command line. `deno task` starts tasks in the repository's root
 * and passes the directory that it was called from in INIT_CWD.
 */
export function callerPath(path: string): string {
  return resolve(readEnv("INIT_CWD") ?? Deno.cwd(), path);
}

/** An absolute path as the caller would type it: from the folder of the call on if it is in there, such as `./lion.ts`. */
export function typedPath(path: string): string {
  const way = relative(callerPath("."), path);
  return way.startsWith("..") || isAbsolute(way) ? path : `./${way}`;
}
