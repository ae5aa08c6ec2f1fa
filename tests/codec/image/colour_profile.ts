/**
 * The beginning of a colour profile: its header, a table of two tags, and a description as version 2 (ASCII) or version 4 (UTF-16) of ICC.1
 * writes it.
 */
export function colourProfile(description: string, version: 2 | 4 = 2): Uint8Array {
  const text = (value: string) => [...value].map((character) => character.charCodeAt(0));
  const word = (value: number) => [24, 16, 8, 0].map((shift) => value >>> shift & 255);
  const units = Array.from({ length: description.length }, (_, i) => description.charCodeAt(i));
  const tag = version === 2
    ? [...text("desc"), ...word(0), ...word(units.length + 1), ...units, 0, ...Array(78).fill(0)]
    : [
      ...[text("mluc"), word(0), word(1), word(12), text("enUS"), word(2 * units.length), word(28)].flat(),
      ...units.flatMap((unit) => [unit >> 8, unit & 255]),
    ];
  const table = [word(2), text("wtpt"), word(0), word(0), text("desc"), word(156), word(tag.length)].flat();
  const header = Array(128).fill(0);
  header.splice(36, 4, ...text("acsp"));
  return Uint8Array.from([...header, ...table, ...tag]);
}
