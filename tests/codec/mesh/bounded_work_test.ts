import { assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** Files that are small or short to describe and take much work if it is not bounded: statements that make the name and the bytes. */
const FILES: Record<string, string> = {
  "vertices without faces": `name = "x.obj"; bytes = text("v 0 0 0\\n".repeat(1_250_000) + "f 1 2 3\\n");`,
  "polygons of 16 000 corners": `name = "x.obj";
    const ring = Array.from({ length: 16_000 }, (_, i) => i);
    const v = ring.map((i) => \`v \${(i * 7919) % 4001} \${(i * 104729) % 3989} 0\`).join("\\n");
    bytes = text(v + "\\n" + ("f " + ring.map((i) => i + 1).join(" ") + "\\n"));`,
  "a polygon of a million corners": `name = "x.ply";
    const n = 1_000_000;
    const header = text("ply\\nformat binary_little_endian 1.0\\nelement vertex 7\\nproperty char x\\nproperty char y\\n" +
      "property char z\\nelement face 1\\nproperty list uint uchar vertex_index\\nend_header\\n");
    bytes = new Uint8Array(header.length + 21 + 4 + n);
    bytes.set(header);
    for (let i = header.length; i < bytes.length; i++) bytes[i] = (i * i) % 7;
    new DataView(bytes.buffer).setUint32(header.length + 21, n, true);`,
  "a small gzip file of 300 MB that seems to have one": `name = "x.obj.gz";
    const part = new Blob([text("v 0 0 0\\n".repeat(125_000))]).stream().pipeThrough(new CompressionStream("gzip"));
    const member = new Uint8Array(await new Response(part).arrayBuffer());
    bytes = new Uint8Array(300 * member.length);
    for (let i = 0; i < 300; i++) bytes.set(member, i * member.length);`,
};

for (const [what, make] of Object.entries(FILES)) {
  Deno.test({
    name: `${what}: at most 256 MB and 8 times the decoded bytes, 2 s and 1 s for each 10 MB`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const { bytes, decoded, seconds, before, peak } = await work(make);
      assertLess(seconds, 2 + Math.max(bytes, decoded) / 1e7);
      assertLess(peak - before, 256e6 + 8 * Math.max(bytes, decoded));
    },
  });
}

/** Reads a file in a process of its own: the sizes of the file and of what was decoded, the time, and the memory before and at most. */
async function work(make: string): Promise<Record<"bytes" | "decoded" | "seconds" | "before" | "peak", number>> {
  const code = `import { decodeMesh } from ${JSON.stringify(new URL("../../../mod.ts", import.meta.url).href)};
    const text = (text) => new TextEncoder().encode(text);
    let name, bytes;
    ${make}
    const before = Deno.memoryUsage().rss;
    const begin = performance.now();
    const mesh = await decodeMesh(bytes, name).catch(() => undefined);
    const seconds = (performance.now() - begin) / 1000;
    const decoded = mesh === undefined ? 0 : mesh.positions.byteLength + mesh.indices.byteLength;
    const [, peak] = /VmHWM:\\s*(\\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"));
    console.log(JSON.stringify({ bytes: bytes.length, decoded, seconds, before, peak: 1024 * peak }));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=js", code],
    cwd: fromFileUrl(new URL("../../../", import.meta.url)),
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
