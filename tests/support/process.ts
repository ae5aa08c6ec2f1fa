import { fromFileUrl } from "@std/path";
import { taskFlags } from "./task_flags.ts";

/** How a process ended and what it wrote. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Starts `tasks/NAME.ts` as a person in `folder` would, who called it through `deno task`: with the same permissions and no more.
 *
 * @param preload A module of this folder that the process loads first.
 */
export function startTask(
  name: string,
  args: readonly string[],
  folder: string,
  env: Record<string, string> = {},
  preload?: string,
): Deno.ChildProcess {
  const variables = { NO_COLOR: "1", NEURAL_FIELDS_DEBUG: "", INIT_CWD: folder, ...env };
  const script = fromFileUrl(new URL(`../../tasks/${name}.ts`, import.meta.url));
  const first = preload === undefined ? [] : ["--preload", fromFileUrl(new URL(preload, import.meta.url))];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...first, ...taskFlags(name, { ...Deno.env.toObject(), ...variables }), script, ...args],
    env: variables,
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Waits for a process to end. */
export async function outcome(child: Deno.ChildProcess): Promise<Outcome> {
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** What a stream brings until `enough` holds of it, or until it ends; the reader is the caller's to go on with. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  enough: (text: string) => boolean,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}
