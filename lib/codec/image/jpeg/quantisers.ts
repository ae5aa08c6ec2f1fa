import { ZIGZAG } from "./scan.ts";
import { damagedJpeg } from "./segments.ts";

/**
 * Reads the quantisation tables of a segment (ITU-T T.81, B.2.4.1) into `tables`, by their number.
 *
 * @throws {Error} If the segment is damaged.
 */
export function readQuantisers(content: Uint8Array, tables: Map<number, Uint16Array>, name: string): void {
  for (let at = 0; at < content.length;) {
    const [wide, number] = [content[at] >> 4, content[at] & 15];
    const end = at + 1 + 64 * (wide + 1);
    if (wide > 1 || number > 3 || end > content.length) throw damagedJpeg(name, "a faulty quantisation table");
    const table = new Uint16Array(64);
    for (let k = 0; k < 64; k++) {
      const from = at + 1 + k * (wide + 1);
      table[ZIGZAG[k]] = wide ? content[from] << 8 | content[from + 1] : content[from];
    }
    tables.set(number, table);
    at = end;
  }
}
