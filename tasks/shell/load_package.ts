/** The longest time that a package may take to be loaded, in seconds. It includes the download at the first use. */
const LONGEST = 20;

/**
 * Imports a package that not every run needs. It is named by a text, not by an import, so that it is fetched only when it is used.
 *
 * @param specifier The package, such as `npm:echarts@6.1.0`, or a file of it.
 * @param seconds The longest time that it may take, so that a proxy that never answers does not keep a task from ending.
 * @param type What a file is that is no module.
 * @throws {Error} If it cannot be loaded within this time.
 */
export async function loadPackage<Module>(
  specifier: string,
  seconds: number = LONGEST,
  type?: "json" | "bytes",
): Promise<Module> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${seconds} seconds.`)), seconds * 1000);
  });
  try {
    return await Promise.race([import(specifier, type === undefined ? {} : { with: { type } }), late]);
  } catch (cause) {
    throw new Error(
      `${specifier} cannot be loaded (the first time, this needs a network): ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}
