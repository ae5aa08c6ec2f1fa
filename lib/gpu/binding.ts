/** One resource that is bound to a kernel. */
export interface Binding {
  /** The resource's name in the kernel's text. */
  readonly name: string;
  /**
   * `operand`: a read-only array<vec4f>, which may be read through a mirror; `read`: read-only storage; `write` and
   * `update`: read-write storage; `before`: the mirror of an `update` resource (only with texture access).
   */
  readonly kind: "operand" | "read" | "write" | "update" | "before";
  /** Whether the resource may hold halves, in a variant of the kernel with another declaration. */
  readonly halves: boolean;
}

/** Whether a kernel writes a resource that is bound in this way. */
export function isWritten(kind: Binding["kind"]): boolean {
  return kind === "write" || kind === "update";
}

/** Whether it reads it. What an `update` reads counts once, although with texture access a mirror is bound beside the buffer. */
export function isRead(kind: Binding["kind"]): boolean {
  return kind !== "write" && kind !== "before";
}

/** Whether it reads it through a mirror if it has texture access. */
export function isMirrored(kind: Binding["kind"]): boolean {
  return kind === "operand" || kind === "before";
}
