import { extname, fromFileUrl, join } from "@std/path";

const root = fromFileUrl(new URL("../../", import.meta.url));
const types: Record<string, string> = {
  ".ts": "text/typescript",
  ".wgsl": "text/plain",
  ".json": "application/json",
  ".html": "text/html",
  ".js": "text/javascript",
};

/** Serves the files of a folder, by default the project's, while `work` goes on. */
export async function served(work: (url: string) => Promise<void>, folder: string = root): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    try {
      const headers = { "content-type": types[extname(path)] ?? "application/octet-stream" };
      return new Response(await Deno.readFile(join(folder, path)), { headers });
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
  try {
    await work(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}
