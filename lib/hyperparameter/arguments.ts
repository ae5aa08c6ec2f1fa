import { checkMember, type Member, objectWith } from "./members.ts";

/** What `openDevice` returns. */
export const DEVICE: Member = objectWith("a device made by openDevice", "kernel", "dispatch", "buffer");

/** What `createField` returns. */
export const FIELD: Member = objectWith("a field made by createField", "gpu", "layout", "parameters");

/** A field as data. */
export const DESCRIPTION: Member = objectWith(
  "the description of a field, as mlp makes it",
  "inputs",
  "layers",
  "outputs",
);

/** What training minimises. */
export const OBJECTIVE: Member = objectWith("an objective such as meanSquaredError()", "name", "reads", "record");

/** An encoding of coordinates. */
export const ENCODING: Member = objectWith("an encoding such as positionalEncoding()", "outputs", "record");

/** What `createOptimizer` returns. */
export const OPTIMIZER: Member = objectWith("an optimizer made by createOptimizer", "spec", "counters", "state");

/** A picture in memory. */
export const PICTURE: Member = objectWith("a picture", "width", "height", "channels", "pixels");

/** A mesh in memory. */
export const MESH: Member = objectWith("a mesh", "positions", "indices");

/** A camera of a scene. */
export const CAMERA: Member = objectWith("a camera", "width", "height", "focal", "pose");

/** What `raySpace` returns. */
export const SPACE: Member = objectWith("a space made by raySpace", "kind", "motion", "near", "far");

/** The content of a file. */
export const BYTES: Member = {
  expected: "the bytes of a file as Uint8Array",
  holds: (value) => value instanceof Uint8Array,
};

/** Numbers of 32 bits. */
export const NUMBERS: Member = { expected: "a Float32Array", holds: (value) => value instanceof Float32Array };

/** Options of any kind. */
export const OPTIONS: Member = {
  expected: "an object of options",
  holds: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/**
 * Checks the arguments of a function, so that a mistake of a caller without types is a sentence and not an error somewhere inside.
 *
 * @param owner The function's name; it stands at the beginning of every message.
 * @param given Each argument, by its name, with what it must be.
 * @throws If one is missing or is something else.
 */
export function checkArguments(owner: string, given: Readonly<Record<string, readonly [unknown, Member]>>): void {
  for (const [name, [value, member]] of Object.entries(given)) checkMember(`${owner}: ${name}`, value, member);
}
