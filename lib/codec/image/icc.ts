const [HEADER, ENTRY] = [128, 12];
/** The most characters of a description that a message shows. */
const MOST = 60;

/**
 * What a colour profile says that the colours are.
 *
 * @param profile The profile (ICC.1:2022), if it could be read.
 * @param name Its name outside of it, for a profile that does not describe itself.
 * @returns What follows "the picture has", such as `the ICC profile "Display P3"`; undefined for sRGB.
 */
export function describeProfile(profile: Uint8Array | undefined, name?: string): string | undefined {
  const description = profile && descriptionOf(profile) || name;
  if (!description) return "an ICC profile without a description";
  return isSrgb(description) ? undefined : `the ICC profile "${shown(description)}"`;
}

/** A description without the characters that a terminal would obey or not show. */
function shown(description: string): string {
  return description.slice(0, MOST).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}

/**
 * Whether a description is that of sRGB, or of grey with sRGB's curve. Neither esRGB is, nor profiles with sRGB's primaries and another
 * curve, such as "linear sRGB" and "sRGB-elle-V2-g10".
 */
function isSrgb(description: string): boolean {
  return /(?<!e-?)s(rgb|gray)/i.test(description) && !/linear|gamma|-g\d\d|-labl|-rec709/i.test(description);
}

/** The text of a profile's tag `desc` (ICC.1:2022, 9.2.41), of type `desc` (version 2) or `mluc` (version 4). */
function descriptionOf(profile: Uint8Array): string | undefined {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const at = placeOf("desc", view);
  if (at === undefined || at + 28 > view.byteLength) return;
  const kind = textAt(view, at, 4);
  if (kind === "desc") return textAt(view, at + 12, view.getUint32(at + 8)).replace(/\0.*$/s, "").trim();
  if (kind !== "mluc" || view.getUint32(at + 8) === 0) return;
  // The first of its translations.
  const [length, offset] = [view.getUint32(at + 20), view.getUint32(at + 24)];
  const text = profile.subarray(at + offset, at + offset + Math.min(length, 4 * MOST));
  return new TextDecoder("utf-16be").decode(text).replace(/\0.*$/s, "").trim();
}

/** The position of a tag's data; undefined if there is none within the profile. */
function placeOf(tag: string, view: DataView): number | undefined {
  if (view.byteLength < HEADER + 4) return;
  const count = view.getUint32(HEADER);
  for (let i = 0, at = HEADER + 4; i < count && at + ENTRY <= view.byteLength; i++, at += ENTRY) {
    if (textAt(view, at, 4) === tag) return view.getUint32(at + 4);
  }
}

function textAt(view: DataView, at: number, length: number): string {
  const end = Math.min(view.byteLength, at + Math.min(length, 4 * MOST));
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, Math.max(0, end - at)));
}
