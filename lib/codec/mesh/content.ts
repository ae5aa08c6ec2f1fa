/** A text without its byte order mark, if it has one. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** The end of a file's content: the position after the last byte that is neither zero nor white space, with which some programs pad files. */
export function contentEnd(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte !== 0 && byte !== 32 && (byte < 9 || byte > 13)) + 1;
}

/** The end of a text, which may be marked as DOS does, with the character 26. */
export function textEnd(bytes: Uint8Array): number {
  let end = contentEnd(bytes);
  while (end > 0 && bytes[end - 1] === 26) end = contentEnd(bytes.subarray(0, end - 1));
  return end;
}
