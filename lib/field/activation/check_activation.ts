import { checkMember, LIST, type Member, objectWith, optional, TEXT } from "../../hyperparameter/members.ts";
import type { Activation } from "./activation.ts";

/** The check of what is to be an activation at all. */
export const ACTIVATION: Member = objectWith("an activation such as sine()", "maps", "constants", "weightBound");

const MEMBERS: Readonly<Record<string, Member>> = {
  name: TEXT,
  options: { expected: "an object of numbers", holds: isNumbers },
  maps: {
    expected: "a list of one or two names",
    holds: (value) => LIST.holds(value) && isShort(value as unknown[]) && (value as unknown[]).every(TEXT.holds),
  },
  text: optional({ expected: "a text with WGSL", holds: TEXT.holds }),
  third: optional({ expected: "a text with WGSL", holds: TEXT.holds }),
  constants: {
    expected: "a list of two numbers",
    holds: (value) => LIST.holds(value) && (value as unknown[]).length === 2 && isNumbers({ ...value as unknown[] }),
  },
  weightBound: { expected: "a function", holds: (value) => typeof value === "function" },
};

/**
 * Throws if an activation of a caller's own lacks a member, or has one that is something else.
 *
 * @param who Who asks; it stands at the beginning of the message.
 */
export function checkActivation(activation: Activation, who = "activation"): void {
  checkMember(who, activation, ACTIVATION);
  const owner = typeof activation.name === "string" ? `${who} ${activation.name}` : who;
  for (const [name, member] of Object.entries(MEMBERS)) {
    const value = activation[name as keyof Activation];
    if (value !== undefined || !member.optional) checkMember(`${owner}: ${name}`, value, member);
  }
}

function isNumbers(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((each) => typeof each === "number");
}

function isShort({ length }: readonly unknown[]): boolean {
  return length === 1 || length === 2;
}
