/** Does something as if the runtime had none of Node's modules, as a browser. */
export async function withoutBuiltins<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  const { process } = globalThis as unknown as { process: { getBuiltinModule: unknown } };
  const { getBuiltinModule } = process;
  process.getBuiltinModule = undefined;
  try {
    return await work();
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
}
