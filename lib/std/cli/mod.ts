/**
 * `parseArgs` of `@std/cli`, as far as this project uses it, so that it installs without JSR.
 *
 * @example
 * ```ts
 * import { parseArgs } from "@std/cli";
 *
 * const { epochs, _ } = parseArgs(["--epochs", "5", "photo.png"], { string: ["epochs"] });
 * console.log(epochs, _); // 5 [ "photo.png" ]
 * ```
 *
 * @module
 */
export { type Args, parseArgs, type ParseOptions } from "./parse_args.ts";
