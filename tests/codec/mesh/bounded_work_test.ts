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

/** The same for files that are packed: `unpacked` is the number of bytes in them. */
const PACKED: Record<string, string> = {
  "the same flat quad 2 500 000 times": `name = "x.obj.gz";
    unpacked = text("v 0 0 0\\nv 1 0 0\\nv 1 1 0\\nv 0 1 0\\n" + "f 1 2 3 4\\n".repeat(2_500_000));`,
  "the same triangle 3 000 000 times": `name = "x.obj.gz";
    unpacked = text("v 0 0 0\\nv 1 0 0\\nv 0 1 0\\n" + "f 1 2 3\\n".repeat(3_000_000));`,
  "ten million vertices of three bytes and one face": `name = "x.ply.gz";
    const header = text("ply\\nformat binary_little_endian 1.0\\nelement vertex 10000000\\nproperty uchar x\\n" +
      "property uchar y\\nproperty uchar z\\nelement face 1\\nproperty list uchar uchar vertex_index\\nend_header\\n");
    unpacked = new Uint8Array(header.length + 3e7 + 4);
    unpacked.set(header);
    for (let i = header.length; i < unpacked.length; i++) unpacked[i] = i % 7;
    unpacked.set([3, 0, 1, 2], header.length + 3e7);`,
};

const packed = (make: string) =>
  `let unpacked;
  ${make}
  const stream = new Blob([unpacked]).stream().pipeThrough(new CompressionStream("gzip"));
  bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  size = unpacked.length;
  unpacked = undefined;`;

for (
  const [what, make] of [
    ...Object.entries(FILES),
    ...Object.entries(PACKED).map(([what, make]) => [what, packed(make)]),
  ]
) {
  Deno.test({
    name: `${what}: at most 256 MB and 8 times the decoded bytes, 2 s and 1 s for each 10 MB`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const { size, seconds, before, peak } = await work(make);
      assertLess(seconds, 2 + size / 1e7);
      assertLess(peak - before, 256e6 + 8 * size);
    },
  });
}

/**
 * Reads and cleans a file in a process of its own: the size of the file or of what was decoded, whichever is more, the time that the process
 * computed, and the memory before and at most.
 */
async function work(make: string): Promise<Record<"size" | "seconds" | "before" | "peak", number>> {
  const code = `import { decodeMesh, normaliseMesh } from ${
    JSON.stringify(new URL("../../../mod.ts", import.meta.url).href)
  };
    const text = (text) => new TextEncoder().encode(text);
    // The fields 14 and 15 of the file are hundredths of a second (proc(5)).
    const computed = () => {
      const [user, system] = Deno.readTextFileSync("/proc/self/stat").split(") ")[1].split(" ").slice(11, 13);
      return (Number(user) + Number(system)) / 100;
    };
    let name, bytes, size = 0;
    ${make}
    // The kernel forgets the peak when it is told 5.
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
    const before = Deno.memoryUsage().rss;
    const begin = computed();
    const mesh = await decodeMesh(bytes, name).catch(() => undefined);
    try {
      if (mesh !== undefined) normaliseMesh(mesh, { repair: true }, name);
    } catch {
      // A mesh may enclose no volume.
    }
    const seconds = computed() - begin;
    const decoded = mesh === undefined ? 0 : mesh.positions.byteLength + mesh.indices.byteLength;
    size = Math.max(size, bytes.length, decoded);
    const [, peak] = /VmHWM:\\s*(\\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"));
    console.log(JSON.stringify({ size, seconds, before, peak: 1024 * peak }));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=js", code],
    cwd: fromFileUrl(new URL("../../../", import.meta.url)),
  }).output();
  if (stdout.length === 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
