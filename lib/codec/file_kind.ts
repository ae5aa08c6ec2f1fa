/** One kind of files. */
interface Kind {
  /** How an error message calls it. */
  readonly kind: string;
  /** The signature: the characters of its beginning, one per byte. */
  readonly magic: string;
  /** The position of the signature; by default 0. */
  readonly at?: number;
  /** What such a file holds, if other programs can convert it to a kind that is read. */
  readonly holds?: "a mesh" | "a picture";
}

const mesh = { holds: "a mesh" } as const;
const picture = { holds: "a picture" } as const;

/** The kinds of files. Of several that fit, the first counts. */
const KINDS: readonly Kind[] = [
  { kind: "PNG", magic: "\x89PNG\r\n\x1a\n" },
  { kind: "JPEG", magic: "\xff\xd8\xff" },
  { kind: "a PNG damaged by a text-mode transfer", magic: "\x89PNG" },
  { kind: "a GIF", magic: "GIF8", ...picture },
  { kind: "a WebP", magic: "WEBP", at: 8, ...picture },
  { kind: "an AVIF", magic: "ftypavif", at: 4, ...picture },
  { kind: "a HEIC", magic: "ftyphei", at: 4, ...picture },
  { kind: "an AVIF", magic: "ftypavis", at: 4, ...picture },
  { kind: "a HEIC", magic: "ftypmif1", at: 4, ...picture },
  { kind: "a HEIC", magic: "ftypmsf1", at: 4, ...picture },
  { kind: "a HEIC", magic: "ftyphevc", at: 4, ...picture },
  { kind: "a raw photograph (CR3)", magic: "ftypcrx", at: 4, ...picture },
  { kind: "a video", magic: "ftyp", at: 4 },
  { kind: "a TIFF", magic: "II*\0", ...picture },
  { kind: "a TIFF", magic: "MM\0*", ...picture },
  { kind: "a TIFF", magic: "II+\0", ...picture },
  { kind: "a TIFF", magic: "MM\0+", ...picture },
  { kind: "a raw photograph (RAF)", magic: "FUJIFILMCCD-RAW", ...picture },
  { kind: "a BMP", magic: "BM", ...picture },
  { kind: "an OpenEXR picture", magic: "v/1\x01", ...picture },
  { kind: "a Radiance HDR picture", magic: "#?RADIANCE", ...picture },
  { kind: "a Radiance HDR picture", magic: "#?RGBE", ...picture },
  { kind: "a JPEG XL", magic: "\xff\x0a", ...picture },
  { kind: "a JPEG XL", magic: "\0\0\0\x0cJXL \r\n\x87\n", ...picture },
  { kind: "a JPEG 2000", magic: "\0\0\0\x0cjP  \r\n\x87\n", ...picture },
  { kind: "a JPEG 2000", magic: "\xffO\xffQ", ...picture },
  { kind: "a Photoshop document", magic: "8BPS", ...picture },
  { kind: "a GIMP picture", magic: "gimp xcf", ...picture },
  { kind: "a QOI", magic: "qoif", ...picture },
  { kind: "a DDS texture", magic: "DDS ", ...picture },
  { kind: "a KTX texture", magic: "\xabKTX", ...picture },
  { kind: "a FITS picture", magic: "SIMPLE  =", ...picture },
  ...["P1", "P2", "P3", "P4", "P5", "P6", "P7"].flatMap((number) =>
    [" ", "\n", "\r", "\t"].map((space) => ({ kind: "a PPM, PGM or PBM", magic: number + space, ...picture }))
  ),
  ...["PF", "Pf"].map((number) => ({ kind: "a portable float map (PFM)", magic: `${number}\n`, ...picture })),
  { kind: "a glTF binary (GLB)", magic: "glTF", ...mesh },
  { kind: "an FBX", magic: "Kaydara FBX", ...mesh },
  { kind: "an FBX", magic: "; FBX", ...mesh },
  { kind: "a VTK file", magic: "# vtk DataFile", ...mesh },
  { kind: "a Blender file", magic: "BLENDER", ...mesh },
  { kind: "a Draco mesh", magic: "DRACO", ...mesh },
  { kind: "a USD scene", magic: "PXR-USDC", ...mesh },
  { kind: "a USD scene", magic: "#usda", ...mesh },
  { kind: "a VRML scene", magic: "#VRML", ...mesh },
  { kind: "a STEP model", magic: "ISO-10303-21", ...mesh },
  { kind: "a Rhino model", magic: "3D Geometry File Format", ...mesh },
  { kind: "an Alembic scene", magic: "Ogawa", ...mesh },
  { kind: "a zip archive", magic: "PK\x03\x04" },
  { kind: "a zip archive", magic: "PK\x05\x06" },
  { kind: "a RAR archive", magic: "Rar!" },
  { kind: "a 7z archive", magic: "7z\xbc\xaf\x27\x1c" },
  { kind: "a gzip file", magic: "\x1f\x8b" },
  { kind: "a bzip2 file", magic: "BZh" },
  { kind: "an xz file", magic: "\xfd7zXZ" },
  { kind: "a Zstandard file", magic: "(\xb5/\xfd" },
  { kind: "a tar archive", magic: "ustar", at: 257 },
  { kind: "a PDF", magic: "%PDF" },
  { kind: "an HDF5 file", magic: "\x89HDF" },
  { kind: "text in UTF-16 instead of UTF-8", magic: "\xff\xfe" },
  { kind: "text in UTF-16 instead of UTF-8", magic: "\xfe\xff" },
  { kind: "a NumPy array", magic: "\x93NUMPY" },
  { kind: "a Git LFS pointer instead of the file itself", magic: "version https://git-lfs" },
];

/** Kinds that are told by a text near the beginning, where the file begins with the first character. */
const TEXTS: readonly { kind: string; first: string; holds: RegExp; what?: "a mesh" | "a picture" }[] = [
  { kind: "a COLLADA scene", first: "<", holds: /<COLLADA\b/, what: "a mesh" },
  { kind: "a VTK file", first: "<", holds: /<VTKFile\b/, what: "a mesh" },
  { kind: "an X3D scene", first: "<", holds: /<X3D\b/, what: "a mesh" },
  { kind: "an AMF model", first: "<", holds: /<amf\b/, what: "a mesh" },
  { kind: "an SVG drawing", first: "<", holds: /<svg\b/, what: "a picture" },
  { kind: "a web page instead of the file itself", first: "<", holds: /<(!doctype html|html)\b/i },
  { kind: "an XML file", first: "<", holds: /^<\?xml\b/ },
  { kind: "a glTF scene", first: "{", holds: /"(asset|meshes|bufferViews|accessors|buffers)"\s*:/, what: "a mesh" },
  { kind: "a JSON file", first: "{", holds: /^\{\s*["}]/ },
];

/** The parts that archives of a kind have; their names are near the beginning of the archive. */
const ARCHIVES: readonly { kind: string; part: RegExp }[] = [
  { kind: "a 3MF model", part: /3D\/\w+\.model|\[Content_Types\]\.xml/ },
  { kind: "a USD scene", part: /\.usd[ac]?/ },
];

/** Kinds without a signature, which are told by the ending of the name. */
const ENDINGS: Readonly<Record<string, Pick<Kind, "kind" | "holds">>> = {
  tga: { kind: "a TGA", ...picture },
  "3ds": { kind: "a 3D Studio scene", ...mesh },
  dxf: { kind: "a DXF drawing", ...mesh },
  iges: { kind: "an IGES model", ...mesh },
  igs: { kind: "an IGES model", ...mesh },
  skp: { kind: "a SketchUp model", ...mesh },
};

/** The number of bytes in which a text must show its kind. */
const BEGIN = 2 ** 12;

/**
 * Recognises the kind of a file by its first bytes.
 *
 * @param bytes A file, or at least its first 24 bytes. Kinds of text files and archives need more.
 * @param name The file's name, whose ending counts where the content does not tell.
 * @returns `"PNG"` or `"JPEG"`; for anything else a description for an error message, such as `"a WebP"`.
 */
export function describeFileKind(bytes: Uint8Array, name = ""): string {
  return kindOf(bytes, name).kind;
}

/**
 * Describes a file that is not read, for the end of an error message: `a WebP; convert it to PNG`.
 *
 * @param bytes The file.
 * @param name The file's name.
 * @param wanted What was expected.
 * @param convert The kinds to convert it to.
 */
export function describeFound(
  bytes: Uint8Array,
  name: string,
  wanted: "a mesh" | "a picture",
  convert: string,
): string {
  const { kind, holds } = kindOf(bytes, name);
  return holds === wanted ? `${kind}; convert it to ${convert}` : kind;
}

/** Whether a description says that the kind of a file is unknown. */
export function isUnknownKind(description: string): boolean {
  return description.startsWith("a file of another kind");
}

function kindOf(bytes: Uint8Array, name: string): Pick<Kind, "kind" | "holds"> {
  if (bytes.length === 0) return { kind: "an empty file" };
  const begins = ({ magic, at = 0 }: Kind) =>
    Array.from(magic).every((character, i) => bytes[at + i] === character.charCodeAt(0));
  const known = KINDS.find(begins);
  if (known) return known.kind === "a zip archive" ? archiveOf(bytes, name) : known;
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, BEGIN)).replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart();
  const found = TEXTS.find(({ first, holds }) => text.startsWith(first) && holds.test(text));
  if (found) return { kind: found.kind, holds: found.what };
  // A TGA of the second version is told by its end.
  if (new TextDecoder("latin1").decode(bytes.subarray(-18, -2)) === "TRUEVISION-XFILE") {
    return { kind: "a TGA", ...picture };
  }
  const ending = /\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? "";
  if (Object.hasOwn(ENDINGS, ending)) return ENDINGS[ending];
  const first = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return { kind: `a file of another kind, which begins with the bytes ${first}` };
}

function archiveOf(bytes: Uint8Array, name: string): Pick<Kind, "kind" | "holds"> {
  const begin = new TextDecoder("latin1").decode(bytes.subarray(0, BEGIN));
  const inside = ARCHIVES.find(({ part }) => part.test(begin));
  if (inside) return { kind: inside.kind, ...mesh };
  if (/\.3mf$/i.test(name)) return { kind: "a 3MF model", ...mesh };
  if (/\.usdz$/i.test(name)) return { kind: "a USD scene", ...mesh };
  return { kind: "a zip archive" };
}
