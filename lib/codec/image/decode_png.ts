import { inflateRows, passesOf, samplesOf, undoFilter } from "./png/rows.ts";
import { type Png, type PngHeader, readPng } from "./png/read_png.ts";
import { orientPicture } from "./orient.ts";
import { MAX_PIXELS, type Picture } from "./picture.ts";

/**
 * Decodes a PNG of any colour type and bit depth, interlaced or not. A palette gives RGB; a tRNS chunk adds alpha (RGBA for palettes
 * and RGB, grey and alpha for grey). For an animated PNG, the default image is decoded and made upright according to its
 * EXIF orientation. Colour profiles and gamma are ignored.
 *
 * @param bytes The whole file.
 * @param name The name of the file in error messages.
 * @param options.asStored Whether to ignore the EXIF orientation.
 * @returns A picture with the values sample / (2^depth − 1).
 * @throws {Error} If the file is cut off or damaged (checksums are verified), holds fewer or more rows than its header says, has a
 * critical chunk that is unknown, or has more than `MAX_PIXELS` pixels.
 */
export function decodePng(
  bytes: Uint8Array,
  name = "picture",
  { asStored = false }: { readonly asStored?: boolean } = {},
): Picture {
  const png = readPng(bytes, name);
  const { width, height, depth } = png.header;
  if (width * height > MAX_PIXELS) {
    throw new Error(
      `${name}: the PNG has ${width}×${height} pixels, but at most ${MAX_PIXELS} are supported; shrink it first.`,
    );
  }
  const rows = inflateRows(png, name);
  const { channels, write } = writerOf(png, name);
  const pixels = new Float32Array(width * height * channels);
  const pixelBytes = Math.max(1, samplesOf(png.header) * depth / 8);
  let at = 0;
  for (const pass of passesOf(png.header)) {
    const samples = new Uint16Array(pass.width * samplesOf(png.header));
    for (let row = 0; row < pass.height; row++) {
      undoFilter(rows, at + 1, { length: pass.rowBytes, pixel: pixelBytes, isFirst: row === 0, name });
      unpack(rows, at + 1, depth, samples);
      const first = (pass.y + row * pass.down) * width + pass.x;
      write(samples, pixels, first * channels, pass.across * channels);
      at += 1 + pass.rowBytes;
    }
  }
  return orientPicture({ width, height, channels, pixels }, asStored ? 1 : png.exif.orientation ?? 1);
}

/** Unpacks the samples of a row, whose high bits are first. */
function unpack(rows: Uint8Array, at: number, depth: number, samples: Uint16Array): void {
  if (depth === 8) samples.set(rows.subarray(at, at + samples.length));
  else if (depth === 16) {
    for (let i = 0; i < samples.length; i++, at += 2) samples[i] = rows[at] << 8 | rows[at + 1];
  } else {
    const mask = 2 ** depth - 1;
    for (let i = 0, bit = 0; i < samples.length; i++, bit += depth) {
      samples[i] = rows[at + (bit >> 3)] >> 8 - depth - (bit & 7) & mask;
    }
  }
}

/** Writes a row of samples to the pixels, from `at` on and `step` values from pixel to pixel. */
type RowWriter = (samples: Uint16Array, pixels: Float32Array, at: number, step: number) => void;

/** The number of channels of a PNG, and how its samples become pixels. */
function writerOf(png: Png, name: string): { channels: Picture["channels"]; write: RowWriter } {
  const { header, transparency } = png;
  // Only the colour type tells whether the palette is used, because RGB files may contain one too, as a hint for poor displays.
  if (header.colourType === 3) return { channels: transparency ? 4 : 3, write: paletteWriter(png, name) };
  const count = samplesOf(header);
  if (transparency) return { channels: count + 1 as 2 | 4, write: transparentWriter(header, transparency) };
  const parts = partsOf(header.depth);
  const write: RowWriter = (samples, pixels, at, step) => {
    if (step === count) {
      for (let i = 0; i < samples.length; i++) pixels[at + i] = parts[samples[i]];
      return;
    }
    for (let i = 0; i < samples.length; at += step) {
      for (let c = 0; c < count; c++) pixels[at + c] = parts[samples[i++]];
    }
  };
  return { channels: count as Picture["channels"], write };
}

/** The values of all samples of a depth: sample / (2^depth − 1). */
function partsOf(depth: number): Float32Array {
  const full = 2 ** depth - 1;
  return Float32Array.from({ length: full + 1 }, (_, i) => i / full);
}

/** Looks up the colours of palette indices. Entries beyond the tRNS chunk are opaque. */
function paletteWriter({ header, palette, transparency }: Png, name: string): RowWriter {
  const colours = palette.length / 3;
  const channels = transparency ? 4 : 3;
  const parts = partsOf(8);
  const table = Float32Array.from({ length: colours * channels }, (_, i) => {
    const [colour, channel] = [Math.floor(i / channels), i % channels];
    return parts[channel < 3 ? palette[3 * colour + channel] : transparency?.[colour] ?? 255];
  });
  return (indices, pixels, at, step) => {
    for (let i = 0; i < indices.length; i++, at += step) {
      const index = indices[i];
      if (index >= colours) {
        const pixel = at / channels;
        throw new Error(
          `${name}, row ${Math.floor(pixel / header.width)}, column ${pixel % header.width}: ` +
            `expected a palette index below ${colours}, found ${index}.`,
        );
      }
      for (let c = 0; c < channels; c++) pixels[at + c] = table[index * channels + c];
    }
  };
}

/** Adds an alpha channel: 0 where all samples equal the transparent colour exactly, 1 elsewhere. */
function transparentWriter(header: PngHeader, transparency: Uint8Array): RowWriter {
  const parts = partsOf(header.depth);
  const count = samplesOf(header);
  const transparent = Array.from(
    { length: count },
    (_, c) => (transparency[2 * c] << 8 | transparency[2 * c + 1]) & 2 ** header.depth - 1,
  );
  return (samples, pixels, at, step) => {
    for (let i = 0; i < samples.length; i += count, at += step) {
      let alpha = 0;
      for (let c = 0; c < count; c++) {
        pixels[at + c] = parts[samples[i + c]];
        if (samples[i + c] !== transparent[c]) alpha = 1;
      }
      pixels[at + count] = alpha;
    }
  };
}
