import { readEnv } from "../../lib/gpu/env.ts";
import { fromFileUrl } from "../../lib/std/path/mod.ts";
import { callerPath } from "../shell/caller_path.ts";
import { commandText } from "../shell/command_text.ts";
import { UserError } from "../shell/user_error.ts";

/**
 * Checks that a folder is there.
 *
 * @throws {UserError} If it is not. Nothing is thrown where the task is not permitted to look.
 */
export async function checkFolder(root: string): Promise<void> {
  const info = await Deno.stat(root).catch((error) => error instanceof Deno.errors.NotCapable ? error : undefined);
  if (info instanceof Error || info?.isDirectory) return;
  throw new UserError(`${root}: expected a folder with runs, found ${info === undefined ? "none" : "a file"}.`);
}

/**
 * Gives up reading anything but `runs`, which `deno task` permits so that the task can tell whether another folder is there. Whoever starts the
 * task with permissions of their own keeps these.
 */
export function keepToRuns(): void {
  if (readEnv("INIT_CWD") !== undefined) Deno.permissions.revokeSync({ name: "read", path: "/" });
}

/**
 * Checks that the task may do what was asked for. `deno task` permits reading the caller's folder `runs` and listening on the machine
 * itself only.
 *
 * @throws {UserError} If it may not. The message has the command that permits it.
 */
export function checkPermitted(root: string, host: string, port: number): void {
  const granted = (descriptor: Deno.PermissionDescriptor) => Deno.permissions.querySync(descriptor).state === "granted";
  const read = granted({ name: "read", path: root });
  const net = granted({ name: "net", host: `${host.includes(":") ? `[${host}]` : host}:${port}` });
  if (read && net) return;
  const module = new URL("../watch.ts", import.meta.url);
  const script = module.protocol === "file:" ? fromFileUrl(module) : module.href;
  const again = commandText("deno run", [`--allow-read=${root}`, `--allow-net=${host}`, script, root]);
  const found = read ? `permission to listen on ${host}` : `permission to read ${root}`;
  throw new UserError(
    `expected ${found}, found none: deno task lets watch read only ${
      callerPath("runs")
    } and listen only on 127.0.0.1. Start it yourself with: ` +
      `${again}${net ? "" : ` --host ${host}`}`,
  );
}
