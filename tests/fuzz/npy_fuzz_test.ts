import { readNpy } from "../../lib/codec/tensor/npy.ts";
import { damaged, fuzz } from "./fuzz.ts";

fuzz("npy", (choices) => {
  const shape = Array.from({ length: choices.below(4) }, () => choices.below(5));
  const type = choices.below(8) === 0
    ? choices.pick(["<i3", "|O", "f8", "<f2", "\x1b[2J", "V".repeat(999)])
    : choices.pick(["<f4", "<f8", ">f4", ">f8", "<i8", ">u2", "|u1", "|b1"]);
  const sizes = choices.below(8) === 0
    ? choices.pick(["1e9,", "9".repeat(30), "0, 9007199254740991", "-1", "[1]"])
    : shape.join(", ");
  const members = [
    `'descr': '${type}'`,
    `'fortran_order': ${choices.pick(["True", "False"])}`,
    `'shape': (${sizes}${shape.length === 1 ? "," : ""})`,
  ];
  if (choices.below(8) === 0) members.push(choices.pick(members));
  if (choices.below(8) === 0) members.splice(choices.below(members.length), 1);
  const filler = choices.below(10) === 0
    ? choices.pick([" ", "'", "(", "{'descr':", "\x1b"]).repeat(choices.below(20000))
    : "";
  const text = new TextEncoder().encode(`{${members.join(", ")}, }${filler}\n`);
  const version = choices.below(20) === 0 ? choices.below(9) : choices.pick([1, 2, 3]);
  const length = version > 1 ? [0, 8, 16, 24] : [0, 8];
  const count = shape.reduce((product, size) => product * size, 1) * (Number(type[2]) || 1);
  const entries = Uint8Array.from({ length: count }, () => choices.below(256));
  const header = [
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    version,
    0,
    ...length.map((shift) => text.length >> shift & 255),
  ];
  const bytes = new Uint8Array([...header, ...text, ...entries]);
  return {
    name: "x.npy",
    bytes: choices.below(2) === 0 ? damaged(bytes, choices) : bytes,
    read(bytes) {
      return readNpy(bytes, "x.npy").data.byteLength;
    },
  };
});
