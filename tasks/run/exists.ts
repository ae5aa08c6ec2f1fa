/** Whether there is anything at a path, even a link to nothing. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
