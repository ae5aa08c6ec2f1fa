/**
 * The functions of `@std/path` that this project uses, over `node:path` and `node:url`, so that it installs without JSR.
 * Signatures are those of the published package.
 *
 * @example
 * ```ts
 * import { join } from "@std/path";
 *
 * console.log(join("runs", "image", "first")); // runs/image/first
 * ```
 *
 * @module
 */
export { basename } from "./basename.ts";
export { dirname } from "./dirname.ts";
export { extname } from "./extname.ts";
export { fromFileUrl } from "./from_file_url.ts";
export { isAbsolute } from "./is_absolute.ts";
export { join } from "./join.ts";
export { normalize } from "./normalize.ts";
export { relative } from "./relative.ts";
export { resolve } from "./resolve.ts";
export { toFileUrl } from "./to_file_url.ts";
