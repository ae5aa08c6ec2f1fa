/** The ways in which protocol buffers store a value (encoding of version 3), by the number in its tag. */
const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

/** One field of a message: its number in the message's definition, and its bytes with the tag. */
export type Field = Uint8Array;

/** A whole number of at least 0. */
export function varintField(id: number, value: number): Field {
  return joined([varint(id << 3 | VARINT), varint(value)]);
}

/** A number in double precision. */
export function doubleField(id: number, value: number): Field {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([varint(id << 3 | FIXED64), bytes]);
}

/** A number in single precision. */
export function floatField(id: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([varint(id << 3 | FIXED32), bytes]);
}

/** Bytes, or a text. */
export function bytesField(id: number, value: Uint8Array | string): Field {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([varint(id << 3 | LENGTH), varint(bytes.length), bytes]);
}

/** A message in a message. */
export function messageField(id: number, fields: readonly Field[]): Field {
  return bytesField(id, joined(fields));
}

/** Bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Seven bits a byte, the lowest first; the highest bit says that there are more. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`protobuf: expected a whole number from 0, found ${value}.`);
  }
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(rest % 128 + (rest >= 128 ? 128 : 0));
  }
  return Uint8Array.from(bytes);
}
