import "./lent_devices.ts";

/** Does something in this process that a user in a folder does, and returns what was said on standard error. */
export async function quietly(folder: string, work: () => Promise<void>): Promise<string> {
  const { log, error } = console;
  const said: string[] = [];
  console.log = () => {};
  console.error = (line: string) => said.push(line);
  Deno.env.set("INIT_CWD", folder);
  try {
    await work();
  } finally {
    Object.assign(console, { log, error });
    Deno.env.delete("INIT_CWD");
  }
  return said.join("\n");
}
