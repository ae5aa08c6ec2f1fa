/** Small baseline JPEG files made by hand from ITU-T T.81, of one constant value for each component. */

/** A marker segment with its length. */
export function segment(marker: number, content: number[]): number[] {
  return [0xff, marker, content.length + 2 >> 8, content.length + 2 & 255, ...content];
}

export interface JpegParts {
  /** One constant value a component, 0 to 255, for a picture of 8×8 pixels. */
  levels: number[];
  /** The components' names; default 1, 2, 3, … */
  ids?: number[];
  /** Segments after the start of image. */
  segments?: number[][];
  /** Bits a sample that the frame claims. */
  precision?: number;
  /** The frame's marker; 0xc0 is baseline. */
  frame?: number;
}

/** A JPEG of 8×8 pixels, each component constant. All quantisers are 1, so that nothing is lost. */
export function buildJpeg({ levels, ids, segments = [], precision = 8, frame = 0xc0 }: JpegParts): Uint8Array {
  const names = ids ?? levels.map((_, i) => i + 1);
  // The DC table codes category n by n in 4 bits, the AC table has the end of block alone, coded 0.
  const bits = levels.map((level) => codeDc(8 * (level - 128)) + "0").join("");
  const scan = (bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, "1"), 2));
  const lengths = (counts: Record<number, number>) => Array.from({ length: 16 }, (_, i) => counts[i + 1] ?? 0);
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segments.flat(),
    ...segment(0xdb, [0, ...Array(64).fill(1)]),
    ...segment(frame, [precision, 0, 8, 0, 8, levels.length, ...names.flatMap((id) => [id, 0x11, 0])]),
    ...segment(0xc4, [0x00, ...lengths({ 4: 12 }), ...Array.from({ length: 12 }, (_, i) => i)]),
    ...segment(0xc4, [0x10, ...lengths({ 1: 1 }), 0]),
    ...segment(0xda, [levels.length, ...names.flatMap((id) => [id, 0]), 0, 63, 0]),
    ...scan.flatMap((byte) => byte === 0xff ? [byte, 0] : [byte]),
    ...[0xff, 0xd9],
  ]);
}

/** The content of an Adobe segment that tells the colour transform. */
export function adobe(transform: number): number[] {
  return [...new TextEncoder().encode("Adobe"), 0, 100, 0, 0, 0, 0, transform];
}

/** The content of an EXIF segment with an entry before the orientation, in either byte order, and a colour space in the directory behind it. */
export function exif(orientation: number, little = true, colourSpace?: number): number[] {
  const u16 = (value: number) => little ? [value & 255, value >> 8] : [value >> 8, value & 255];
  const u32 = (value: number) => little ? [...u16(value), 0, 0] : [0, 0, ...u16(value)];
  const entry = (tag: number, value: number) => [...u16(tag), ...u16(3), ...u32(1), ...u16(value), 0, 0];
  return [
    ...new TextEncoder().encode("Exif\0\0"),
    ...new TextEncoder().encode(little ? "II" : "MM"),
    ...u16(42),
    ...u32(8),
    ...u16(colourSpace === undefined ? 2 : 3),
    ...entry(0x0103, 6),
    ...entry(0x0112, orientation),
    ...colourSpace === undefined ? [] : [...u16(0x8769), ...u16(4), ...u32(1), ...u32(50)],
    ...u32(0),
    ...colourSpace === undefined ? [] : [...u16(1), ...entry(0xa001, colourSpace), ...u32(0)],
  ];
}

/** Category and amplitude (tables F.1 and F.2): negative values are written as their complement. */
function codeDc(value: number): string {
  const category = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  const amplitude = value < 0 ? value + 2 ** category - 1 : value;
  return category.toString(2).padStart(4, "0") + (category ? amplitude.toString(2).padStart(category, "0") : "");
}
