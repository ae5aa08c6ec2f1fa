import { fromFileUrl } from "../../lib/std/path/mod.ts";
import { callerPath } from "../shell/caller_path.ts";
import { commandText } from "../shell/command_text.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { Access, isLoopback } from "./access.ts";
import { command } from "./command.ts";
import { handler } from "./handler.ts";
import { Live } from "./live.ts";
import { WatchedRuns } from "./watched_runs.ts";

/**
 * Runs `deno task watch` until the signal ends it.
 *
 * @param args The command line.
 */
export async function runWatch(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOptions(args, command);
  const { port, host } = values;
  const root = callerPath(values.folder ?? "runs");
  checkPermitted(root, host, port);
  const info = await Deno.stat(root).catch(() => undefined);
  if (!info?.isDirectory) {
    throw new UserError(`${root}: expected a folder with runs, found ${info === undefined ? "none" : "a file"}.`);
  }
  const loopback = isLoopback(host);
  const token = values.token || !loopback ? crypto.getRandomValues(new Uint8Array(16)).toHex() : undefined;
  const answer = handler(new Live(new WatchedRuns(root)), new Access(token, loopback));
  const server = serve(host, port, answer);
  const { hostname, port: taken } = server.addr as Deno.NetAddr;
  const address = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${taken}/`;
  console.log(`The runs in ${root} are shown at ${address}${token === undefined ? "" : `?token=${token}`}`);
  if (hostname === "0.0.0.0" || hostname === "::") {
    console.log(`From another machine, write the name or the address of this one in place of ${hostname}.`);
  }
  if (loopback) console.log(`From another machine, first: ssh -L ${taken}:${host}:${taken} HOST`);
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  // Browsers that still listen are not waited for.
}

function serve(host: string, port: number, answer: (request: Request) => Promise<Response>): Deno.HttpServer {
  try {
    return Deno.serve(
      { hostname: host, port, onListen: () => {}, onError: () => new Response(null, { status: 500 }) },
      answer,
    );
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? `--port ${port}: expected a free port, found one in use; --port 0 chooses a free one.`
      : `--host ${host}: cannot be listened on: ${(error as Error).message}.`;
    throw new UserError(reason, { cause: error });
  }
}

/**
 * Checks that the task may do what was asked for. `deno task` permits reading the caller's folder `runs` and listening on the machine
 * itself only.
 */
function checkPermitted(root: string, host: string, port: number): void {
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
