import { deflateRawSync, gzipSync } from "node:zlib";
import { joinBytes } from "../../lib/codec/join_bytes.ts";
import { type Choices, damaged, fuzz } from "./fuzz.ts";
import { meshTrial, textOf } from "./mesh_trial.ts";
import { objLines } from "./obj_lines.ts";

fuzz("gzip", (choices) => {
  const text = textOf(objLines(choices), choices);
  const cut = choices.below(text.length + 1);
  const contents = choices.pick([[text], [text], [text.subarray(0, cut), text.subarray(cut)], [gzipSync(text)], [
    zeros(choices),
  ]]);
  const members = contents.map((content) =>
    choices.below(4) === 0 ? member(content, choices) : new Uint8Array(gzipSync(content))
  );
  const rest = choices.pick([new Uint8Array(0), new Uint8Array(0), new Uint8Array(512), Uint8Array.of(1, 2, 3)]);
  return meshTrial("x.obj.gz", joinBytes([...members, rest]), choices);
});

/** Many bytes that are packed to few. */
function zeros(choices: Choices): Uint8Array {
  return new Uint8Array(choices.below(100) === 0 ? 2 ** 26 + 1 : choices.pick([10, 1e3, 1e5])).fill(
    choices.pick([0, 32, 10, 118]),
  );
}

/** A gzip member with optional fields in its header, and a trailer that may be wrong. */
function member(content: Uint8Array, choices: Choices): Uint8Array {
  const whole = new Uint8Array(gzipSync(content));
  const flags = choices.below(32);
  const fields: Uint8Array[] = [];
  if (flags & 4) fields.push(Uint8Array.of(3, 0, 1, 2, 3));
  if (flags & 8) fields.push(new TextEncoder().encode("\x1b[31mname\0"));
  if (flags & 16) fields.push(new TextEncoder().encode("comment\0"));
  if (flags & 2) fields.push(Uint8Array.of(choices.below(256), choices.below(256)));
  const trailer = whole.slice(-8);
  if (choices.below(4) === 0) trailer[choices.below(8)] ^= 1 << choices.below(8);
  const packed = new Uint8Array(deflateRawSync(content, { level: choices.below(10) }));
  return joinBytes([
    Uint8Array.of(0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255),
    ...fields,
    damagedRarely(packed, choices),
    trailer,
  ]);
}

function damagedRarely(bytes: Uint8Array, choices: Choices): Uint8Array {
  return choices.below(3) === 0 ? damaged(bytes, choices) : bytes;
}
