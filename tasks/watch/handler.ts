import { createHash } from "node:crypto";
import type { Access } from "./access.ts";
import { PAGE_TEXT, SCRIPTS, STYLE } from "./assets.ts";
import type { Live } from "./live.ts";
import { packageFile } from "./packages.ts";
import { runCurves, runDetails } from "./run_details.ts";
import { runFile } from "./run_files.ts";

/** The only script within the page tells where its modules are. */
const MODULES = /<script type="importmap">([\s\S]*?)<\/script>/.exec(PAGE_TEXT)![1];

/** What the page may load: its own scripts and styles, and pictures of runs. */
const POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash("sha256").update(MODULES).digest("base64")}'`,
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Answers the requests of browsers. It only reads. */
export function handler(live: Live, access: Access): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = access.refusal(request) ?? await answer(live, request).catch(failed) ?? notFound();
    const { headers } = response;
    headers.set("x-content-type-options", "nosniff");
    headers.set("cross-origin-resource-policy", "same-origin");
    headers.set("referrer-policy", "no-referrer");
    if (response.ok) { for (const [name, value] of Object.entries(access.cookie(request))) headers.set(name, value); }
    return response;
  };
}

/** The answer to a request that may pass; undefined if there is nothing of that address. */
async function answer(live: Live, request: Request): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  const { runs } = live;
  if (pathname === "/") return text(PAGE_TEXT, "text/html", { "content-security-policy": POLICY });
  if (pathname === "/watch.css") return text(STYLE, "text/css");
  if (pathname === "/events") return live.listen();
  const [, kind, ...rest] = pathname.split("/").map(decodeURIComponent);
  const name = rest.join("/");
  if (kind === "scripts" && Object.hasOwn(SCRIPTS, name)) return text(SCRIPTS[name], "text/javascript");
  if (kind === "packages") {
    const bytes = await packageFile(name);
    return bytes && new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": "text/javascript" } });
  }
  if (kind === "files") return isOfRun(live, name) ? await runFile(runs.root, name) : undefined;
  const run = runs.run(searchParams.get("run") ?? "");
  if (run === undefined) return undefined;
  if (pathname === "/api/run") return json(await runDetails(run));
  if (pathname === "/api/curves") return json(runCurves(run, Number(searchParams.get("from")) || 0));
}

/** Whether a path is that of a run that is watched, or below it. */
function isOfRun({ runs }: Live, path: string): boolean {
  const parts = path.split("/");
  return parts.some((_, i) => runs.run(parts.slice(0, i).join("/")) !== undefined);
}

function text(content: string, type: string, headers: Record<string, string> = {}): Response {
  return new Response(content, {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "no-cache", ...headers },
  });
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), {
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

function notFound(): Response {
  return new Response("There is nothing here.\n", { status: 404 });
}

/** An address that is no text, a package that cannot be loaded. */
function failed(error: unknown): Response {
  return new Response(`${(error as Error).message}\n`, { status: error instanceof URIError ? 400 : 502 });
}
