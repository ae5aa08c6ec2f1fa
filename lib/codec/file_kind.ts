/** The kinds of files by their signature: the characters of `magic`, one per byte, at byte `at` (by default 0). */
const KINDS: readonly { kind: string; magic: string; at?: number }[] = [
  { kind: "PNG", magic: "\x89PNG\r\n\x1a\n" },
  { kind: "JPEG", magic: "\xff\xd8\xff" },
  { kind: "a PNG damaged by a text-mode transfer", magic: "\x89PNG" },
  { kind: "a GIF", magic: "GIF8" },
  { kind: "a WebP", magic: "WEBP", at: 8 },
  { kind: "an AVIF", magic: "ftypavif", at: 4 },
  { kind: "a HEIC", magic: "ftyphei", at: 4 },
  { kind: "a HEIC", magic: "ftypmif1", at: 4 },
  { kind: "a TIFF", magic: "II*\0" },
  { kind: "a TIFF", magic: "MM\0*" },
  { kind: "a BMP", magic: "BM" },
  { kind: "text in UTF-16 instead of UTF-8", magic: "\xff\xfe" },
  { kind: "text in UTF-16 instead of UTF-8", magic: "\xfe\xff" },
  { kind: "a NumPy array", magic: "\x93NUMPY" },
  { kind: "a Git LFS pointer instead of the file itself", magic: "version https://git-lfs" },
];

/**
 * Recognises the kind of a file by its first bytes.
 *
 * @param bytes A file, or at least its first 24 bytes.
 * @returns `"PNG"` or `"JPEG"`; for anything else a description for an error message, such as `"a WebP"`.
 */
export function describeFileKind(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const begins = ({ magic, at = 0 }: { magic: string; at?: number }) =>
    Array.from(magic).every((character, i) => bytes[at + i] === character.charCodeAt(0));
  const known = KINDS.find(begins);
  if (known) return known.kind;
  const first = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `a file of another kind, which begins with the bytes ${first}`;
}
