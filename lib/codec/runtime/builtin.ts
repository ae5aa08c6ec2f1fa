/**
 * A built-in module of Node, which Deno has too; undefined in a browser. It is fetched when it is used, so that nothing has to be there
 * when this library is imported.
 *
 * @param name The module's name, such as `node:zlib`.
 */
export function builtin<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Module | undefined;
}
