import { decodeSafetensors } from "../../lib/codec/tensor/safetensors.ts";
import { type Choices, damaged, fuzz } from "./fuzz.ts";

fuzz("safetensors", (choices) => {
  const members: string[] = choices.below(3) === 0 ? [`"__metadata__":${oddOr(choices, '{"step":"7"}')}`] : [];
  let end = 0;
  for (let i = choices.below(5); i > 0; i--) {
    const [dtype, size] = choices.pick([["F32", 4], ["F64", 8], ["U8", 1], ["I32", 4], ["U32", 4]] as const);
    const shape = Array.from({ length: choices.below(4) }, () => choices.below(4));
    const begin = end;
    end += size * shape.reduce((product, size) => product * size, 1);
    const key = choices.pick(["a", "b", "__proto__", "toString", "\\u001b[2J\\u009b", `layers.${i}`, "ä".repeat(99)]);
    members.push(
      `"${key}":${
        oddOr(
          choices,
          `{"dtype":${oddOr(choices, `"${dtype}"`)},"shape":${oddOr(choices, JSON.stringify(shape))},` +
            `"data_offsets":${oddOr(choices, `[${begin},${end}]`)}}`,
        )
      }`,
    );
  }
  const header = new TextEncoder().encode(`{${members.join(",")}}`);
  const bytes = new Uint8Array(8 + header.length + end);
  const length = choices.below(30) === 0 ? choices.pick([0n, 1n, 2n ** 40n, 2n ** 64n - 1n]) : BigInt(header.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(header, 8);
  return {
    name: "x.safetensors",
    bytes: choices.below(2) === 0 ? damaged(bytes, choices) : bytes,
    read(bytes) {
      const { tensors } = decodeSafetensors(bytes, "x.safetensors");
      return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
    },
  };
});

/** The usual text, or in some cases JSON of another kind. */
function oddOr(choices: Choices, usual: string): string {
  if (choices.below(25) > 0) return usual;
  return choices.pick([
    "null",
    "7",
    "-1",
    "1e400",
    "[]",
    "{}",
    '"\\u001b[31m"',
    "[[1]]",
    '[{"toString":1}]',
    "[1.5]",
    "[9007199254740991,9007199254740991]",
    "[".repeat(20) + "]".repeat(20),
    "[".repeat(50000),
  ]);
}
