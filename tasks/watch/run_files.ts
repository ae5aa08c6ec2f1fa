import { extname, join } from "../../lib/std/path/mod.ts";
import { checkNoLinks } from "../run/links.ts";

/** The kinds of files that are served, by extension. */
const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
  ".json": "application/json",
  ".jsonl": "text/plain; charset=utf-8",
  ".obj": "text/plain; charset=utf-8",
  ".ply": "application/octet-stream",
  ".safetensors": "application/octet-stream",
};

/** A run may come from somebody else, so that its files can neither run scripts nor load anything. */
const POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * A file of a run as a response.
 *
 * @param root The folder that is watched. Nothing outside of it is served, by way of links neither.
 * @param path The path in the root.
 * @returns Undefined if there is no such file, or it is none that is served.
 */
export async function runFile(root: string, path: string): Promise<Response | undefined> {
  const parts = path.split("/");
  const type = TYPES[extname(path).toLowerCase()];
  // No part may be hidden, empty or lead upwards; on Windows, "\" separates too.
  if (type === undefined || parts.some((part) => part === "" || part.startsWith(".") || /[\\\0]/.test(part))) {
    return undefined;
  }
  const whole = join(root, ...parts);
  try {
    checkNoLinks(root, whole);
    if (!(await Deno.lstat(whole)).isFile) return undefined;
    const file = await Deno.open(whole);
    // It may have been replaced by a link meanwhile.
    const [opened, there] = [await file.stat(), await Deno.lstat(whole).catch(() => undefined)];
    if (!opened.isFile || there?.isSymlink) {
      file.close();
      return undefined;
    }
    return new Response(file.readable, {
      headers: {
        "content-type": type,
        "content-length": String(opened.size),
        "content-security-policy": POLICY,
        "cache-control": "no-cache",
      },
    });
  } catch {
    return undefined;
  }
}
