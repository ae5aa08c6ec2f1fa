import { readEnv } from "../../lib/gpu/env.ts";
import { resolve } from "../../lib/std/path/mod.ts";

/**
 * The absolute path that a person means by a path at the command line. `deno task` starts tasks in the repository's root
 * and passes the directory that it was called from in INIT_CWD.
 */
export function callerPath(path: string): string {
  return resolve(readEnv("INIT_CWD") ?? Deno.cwd(), path);
}
