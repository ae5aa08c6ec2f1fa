import type { Picture } from "../picture.ts";
import type { Frame } from "./frame.ts";

/** What the components of a JPEG are. `inverted CMYK` is 255 less the ink. */
export type Colours = "grey" | "RGB" | "YCbCr" | "inverted CMYK" | "YCbCr and K";

/**
 * Turns planes of samples into pixels. Samples of smaller planes are repeated, not interpolated.
 *
 * @param planes The samples of each component, 0 to 255: `[8·height, 8·stride]`.
 * @returns A picture of 1 or 3 channels, whose values are multiples of 1/255.
 */
export function pixelsOf(frame: Frame, planes: readonly Uint8Array[], colours: Colours): Picture {
  const { width, height } = frame;
  const channels = colours === "grey" ? 1 : 3;
  const pixels = new Float32Array(width * height * channels);
  const rows = planes.map(() => new Uint8Array(width));
  const fill = rowEnlargers(frame, planes, rows);
  const write = ROW_WRITERS[colours];
  for (let y = 0; y < height; y++) {
    fill(y);
    write(rows, pixels, y * width * channels);
  }
  return { width, height, channels, pixels };
}

/** A function that fills `rows` with the samples of a row of the picture. */
function rowEnlargers({ components, width }: Frame, planes: readonly Uint8Array[], rows: readonly Uint8Array[]) {
  const [across, down] = [Math.max(...components.map(({ h }) => h)), Math.max(...components.map(({ v }) => v))];
  const columns = components.map(({ h }) => Uint32Array.from({ length: width }, (_, x) => Math.floor(x * h / across)));
  return (y: number) => {
    components.forEach(({ v, h, stride }, i) => {
      const from = Math.floor(y * v / down) * 8 * stride;
      if (h === across) rows[i].set(planes[i].subarray(from, from + width));
      else gather(planes[i], from, columns[i], rows[i]);
    });
  };
}

function gather(plane: Uint8Array, from: number, columns: Uint32Array, row: Uint8Array): void {
  for (let x = 0; x < row.length; x++) row[x] = plane[from + columns[x]];
}

type RowWriter = (rows: readonly Uint8Array[], pixels: Float32Array, at: number) => void;

/** The values of 0 to 255 as parts of 255. */
const PARTS = Float32Array.from({ length: 256 }, (_, i) => i / 255);

const ROW_WRITERS: Record<Colours, RowWriter> = {
  grey([grey], pixels, at) {
    for (let x = 0; x < grey.length; x++) pixels[at + x] = PARTS[grey[x]];
  },
  RGB([red, green, blue], pixels, at) {
    for (let x = 0; x < red.length; x++, at += 3) {
      pixels[at] = PARTS[red[x]];
      pixels[at + 1] = PARTS[green[x]];
      pixels[at + 2] = PARTS[blue[x]];
    }
  },
  /** JFIF 1.02, section 7, rounded to the nearest integer. */
  YCbCr([luma, blueness, redness], pixels, at) {
    for (let x = 0; x < luma.length; x++, at += 3) {
      const y = luma[x];
      const blue = blueness[x] - 128;
      const red = redness[x] - 128;
      pixels[at] = PARTS[rounded(y + 1.402 * red)];
      pixels[at + 1] = PARTS[rounded(y - 0.344136286 * blue - 0.714136286 * red)];
      pixels[at + 2] = PARTS[rounded(y + 1.772 * blue)];
    }
  },
  "inverted CMYK"([cyan, magenta, yellow, black], pixels, at) {
    for (let x = 0; x < cyan.length; x++, at += 3) {
      const ink = 255 - black[x];
      pixels[at] = PARTS[underBlack(255 - cyan[x], ink)];
      pixels[at + 1] = PARTS[underBlack(255 - magenta[x], ink)];
      pixels[at + 2] = PARTS[underBlack(255 - yellow[x], ink)];
    }
  },
  /** The colours as above, but rounded down. */
  "YCbCr and K"([luma, blueness, redness, black], pixels, at) {
    for (let x = 0; x < luma.length; x++, at += 3) {
      const y = luma[x];
      const blue = blueness[x] - 128;
      const red = redness[x] - 128;
      const ink = 255 - black[x];
      pixels[at] = PARTS[underBlack(Math.trunc(clamped(y + 1.402 * red)), ink)];
      pixels[at + 1] = PARTS[underBlack(Math.trunc(clamped(y - 0.3441363 * blue - 0.71413636 * red)), ink)];
      pixels[at + 2] = PARTS[underBlack(Math.trunc(clamped(y + 1.772 * blue)), ink)];
    }
  },
};

function clamped(value: number): number {
  return Math.min(255, Math.max(0, value));
}

function rounded(value: number): number {
  return Math.floor(clamped(value) + 0.5);
}

/** The light that is left under an ink and black, rounded down. */
function underBlack(ink: number, black: number): number {
  return Math.trunc(255 - clamped(ink * (1 - black / 255) + black));
}
