import { callerPath } from "../shell/caller_path.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { Access, isLoopback } from "./access.ts";
import { command } from "./command.ts";
import { handler } from "./handler.ts";
import { Live } from "./live.ts";
import { checkFolder, checkPermitted, keepToRuns } from "./permissions.ts";
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
  await checkFolder(root);
  keepToRuns();
  checkPermitted(root, host, port);
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
