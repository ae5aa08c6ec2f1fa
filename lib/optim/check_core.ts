import { checkMember, LIST, type Member, objectWith, optional, TEXT } from "../hyperparameter/members.ts";
import { checkRange, FROM_0 } from "../hyperparameter/range.ts";
import { Vector } from "../linalg/vector.ts";
import { type ObservationKind, observationKinds } from "./observation.ts";

/** The check of a vector. */
export const VECTOR: Member = { expected: "a vector of the device", holds: (value) => value instanceof Vector };

const FUNCTION: Member = { expected: "a function", holds: (value) => typeof value === "function" };
const FLAG: Member = { expected: "true or false", holds: (value) => typeof value === "boolean" };
const OBJECT: Member = {
  expected: "an object",
  holds: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

const SPEC = objectWith("an optimizer such as adam()", "name", "learningRate", "options", "create");

/** What the check reads of a working part. */
type Members = Partial<Record<string | symbol, unknown>>;

/**
 * Throws if what `create` returned is no object that can be disposed. Whoever owns the part asks this first.
 *
 * @param owner The name of the optimizer or of the transform; it stands at the beginning of every message.
 */
export function checkDisposable(owner: string, part: unknown): void {
  checkMember(`${owner}: create`, part, OBJECT);
  checkMember(`${owner}: [Symbol.dispose]`, (part as Members)[Symbol.dispose], FUNCTION);
}

/**
 * Throws if an optimizer of a caller's own lacks a member, or has one that is something else.
 *
 * @param who Who asks; it stands at the beginning of the message.
 */
export function checkSpec(spec: object, who = "optimizer"): void {
  checkMember(who, spec, SPEC);
  const members = spec as Members;
  check(who, members, "name", TEXT);
  checkRange(`${members.name}: learningRate`, members.learningRate, FROM_0);
  for (const [name, member] of Object.entries({ options: OBJECT, create: FUNCTION })) {
    check(String(members.name), members, name, member);
  }
  check(String(members.name), members, "kindOf", optional(FUNCTION));
}

/** Throws if a member of an optimizer's working part is missing or is something else than it must be. */
export function checkCore(owner: string, core: object): void {
  const members = core as Members;
  check(owner, members, "update", FUNCTION);
  checkState(owner, members.state);
  check(owner, members, "multipliesMatrices", optional(FLAG));
  for (const member of ["restored", "preconditioner"]) check(owner, members, member, optional(FUNCTION));
  checkObserving(owner, members);
}

/** Throws if a member of a transform's working part is missing or is something else than it must be. */
export function checkTransformCore(owner: string, core: object): void {
  const members = core as Members;
  check(owner, members, "apply", FUNCTION);
  if (members.state !== undefined) checkState(owner, members.state);
}

/** Throws if a core says what it observes without taking it in, or the reverse. */
function checkObserving(owner: string, core: Members): void {
  check(owner, core, "observes", optional(LIST));
  const observes = core.observes as readonly ObservationKind[] | undefined;
  const unknown = observes?.find((kind) => !observationKinds.includes(kind));
  if (unknown !== undefined) {
    throw new Error(`${owner}: observes: expected ${observationKinds.join(", ")}, found ${String(unknown)}.`);
  }
  for (const member of ["requests", "observe"]) {
    check(owner, core, member, optional(FUNCTION));
    if ((core[member] !== undefined) === (observes !== undefined)) continue;
    throw new Error(
      observes === undefined
        ? `${owner}: expected the member observes beside ${member}, found none.`
        : `${owner}: expected the method ${member} beside observes, found none.`,
    );
  }
}

function checkState(owner: string, state: unknown): void {
  checkMember(`${owner}: state`, state, OBJECT);
  for (const [name, vector] of Object.entries(state as object)) checkMember(`${owner}: state: ${name}`, vector, VECTOR);
}

function check(owner: string, members: Members, name: string, member: Member): void {
  const value = members[name];
  if (value !== undefined || !member.optional) checkMember(`${owner}: ${name}`, value, member);
}
