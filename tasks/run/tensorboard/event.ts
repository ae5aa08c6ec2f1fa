/**
 * Events as TensorBoard reads them: protocol buffers `Event` (tensorflow/core/util/event.proto) in records (TFRecord).
 *
 * @module
 */

import { crc32c } from "./crc32c.ts";
import { bytesField, doubleField, type Field, floatField, joined, messageField, varintField } from "./protobuf.ts";

/** The constant of masked checksums. */
const MASK = 0xa282ead8;

/** The state of a start: events of its step and later ones that an earlier process has written no longer count. */
const START = 1;

/** What an event is of. */
interface EventPlace {
  /** When it happened, in seconds since 1970. */
  readonly time: number;
  readonly step: number;
}

/** The record that every file of events begins with. */
export function versionRecord(time: number): Uint8Array {
  return record(event({ time, step: 0 }, [bytesField(3, "brain.Event:2")]));
}

/** The record that says from which step on events of earlier files do not count. */
export function startRecord(place: EventPlace): Uint8Array {
  return record(event(place, [messageField(7, [varintField(1, START)])]));
}

/** The record of numbers by name, and of pictures. */
export function summaryRecord(
  place: EventPlace,
  numbers: Readonly<Record<string, number>>,
  pictures: Readonly<Record<string, Uint8Array>>,
): Uint8Array {
  const values = [
    ...Object.entries(numbers).map(([tag, value]) => messageField(1, [bytesField(1, tag), floatField(2, value)])),
    ...Object.entries(pictures).map(([tag, png]) => messageField(1, [bytesField(1, tag), pictureField(png)])),
  ];
  return record(event(place, [messageField(5, values)]));
}

function event({ time, step }: EventPlace, what: readonly Field[]): Uint8Array {
  return joined([doubleField(1, time), varintField(2, step), ...what]);
}

/** An RGB picture: its height, width, number of channels, and the PNG. */
function pictureField(png: Uint8Array): Field {
  const header = new DataView(png.buffer, png.byteOffset);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  return messageField(4, [varintField(1, height), varintField(2, width), varintField(3, 3), bytesField(4, png)]);
}

/** A record: the length of its content with a checksum, and the content with a checksum. */
function record(content: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(content.length), true);
  return joined([length, checksum(length), content, checksum(content)]);
}

function checksum(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const masked = ((crc >>> 15 | crc << 17) + MASK) >>> 0;
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, masked, true);
  return out;
}
