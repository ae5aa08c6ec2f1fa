import { parseTemplate, type TemplateNode } from "./template_tree.ts";

/** Values of the names in a kernel's text. Booleans are for `{{if}}`; whole numbers can also be the bounds of loops. */
export type KernelValues = Readonly<Record<string, string | number | boolean>>;

/** A declaration of uniforms or of a buffer, as it stands in a kernel's text: `{{keyword content}}`. */
export interface Declaration {
  readonly keyword: string;
  readonly content: string;
}

/** Where a piece of an expanded template comes from. */
export interface Place {
  /** The text: the template itself, a shared snippet, or a value. */
  readonly of: "template" | "snippet" | "value";
  /** The name of the snippet or of the value; empty for the template. */
  readonly name: string;
  /** The line of that text in which the piece begins, from 1. */
  readonly line: number;
}

/**
 * Expands a template. Its language is deliberately small and strict:
 *
 * - `{{name}}` is replaced by the value of that name, a string or a number, without any change.
 * - `{{if name}} … {{else}} … {{end}}` keeps one of two texts; the value is a boolean, and `{{else}}` may be left out.
 *   `{{if name == word}}` compares a value, or the index of a loop, with a word or a number.
 * - `{{for i in 0..4}} … {{end}}` repeats a text for i = 0, 1, 2, 3; inside it `{{i}}` is the index. Bounds are numbers, names
 *   of values, or indices of outer loops. Loops serve to unroll code that depends on an index. There is no arithmetic in
 *   templates, because WGSL's constant expressions can do it.
 * - `{{include name}}` inserts another text and expands it as if it stood there: the value of that name if there is one,
 *   which messages about WGSL call `NAME.wgsl`, otherwise the shared snippet of that name. A snippet defines functions, so it is inserted only once, where it is first
 *   included.
 * - `{{uniform …}}`, `{{read …}}`, `{{update …}}` and `{{write …}}` are declarations (see `expandKernel`); `{{name}}` may
 *   stand in them.
 *
 * @param text The template.
 * @param values What each name stands for.
 * @param where Where the text comes from, for error messages; for instance the kernel's file.
 * @param snippets Shared texts, by name.
 * @returns Plain text and declarations, in the order of the template, and the place that each of them comes from.
 * @throws If a name is unknown or its value has the wrong type, a value is never used, a block has no end, a text includes
 * itself, or double braces hold anything else.
 */
export function expandTemplate(
  text: string,
  values: KernelValues,
  where: string,
  snippets: Readonly<Record<string, string>>,
): { readonly pieces: readonly (string | Declaration)[]; readonly places: readonly Place[] } {
  const expansion = new Expansion(values, where, snippets);
  expansion.expand(text, { where, of: "template", name: "" });
  const unused = Object.keys(values).filter((name) => !expansion.used.has(name));
  if (unused.length > 0) throw new Error(`${where}: the template has no {{${unused.join("}}, {{")}}}.`);
  return expansion;
}

/** The indices of the loops that enclose a place in the text, by name. */
type Scope = Readonly<Record<string, number>>;

/** A text that is being expanded, with what error messages call it. */
type Current = Omit<Place, "line"> & { readonly where: string };

/** The expansion of one template and of the texts that it includes. */
class Expansion {
  readonly pieces: (string | Declaration)[] = [];
  /** Where each piece comes from. */
  readonly places: Place[] = [];
  /** Names that occur in the texts, also in blocks that were left out. */
  readonly used = new Set<string>();
  readonly #inserted = new Set<string>();
  readonly #open = new Set<string>();
  /** The text that is being expanded. */
  #current: Current;

  constructor(readonly values: KernelValues, where: string, readonly snippets: Readonly<Record<string, string>>) {
    this.#current = { where, of: "template", name: "" };
  }

  /** Expands a text and appends the result. */
  expand(text: string, current: Current, scope: Scope = {}): void {
    const outer = this.#current;
    this.#current = current;
    const nodes = parseTemplate(text, current.where);
    for (const name of namesIn(nodes)) this.used.add(name);
    this.#write(nodes, scope);
    this.#current = outer;
  }

  #append(piece: string | Declaration, line: number, { of, name }: Omit<Place, "line"> = this.#current): void {
    this.pieces.push(piece);
    this.places.push({ of, name, line });
  }

  #write(nodes: readonly TemplateNode[], scope: Scope): void {
    for (const node of nodes) {
      if (node.kind === "text") {
        this.#append(node.text, node.line);
      } else if (node.kind === "value") {
        const text = this.#textOf(node.name, scope);
        // A word is a part of the line that it stands in, and a text has lines of its own.
        if (text.includes("\n")) this.#append(text, 1, { of: "value", name: node.name });
        else this.#append(text, node.line);
      } else if (node.kind === "include") {
        this.#include(node.name, scope);
      } else if (node.kind === "choice") {
        this.#write(this.#holds(node.name, node.word, scope) ? node.yes : node.no, scope);
      } else if (node.kind === "declaration") {
        const content = node.content.map((part) => typeof part === "string" ? part : this.#textOf(part.name, scope));
        this.#append({ keyword: node.keyword, content: content.join("") }, node.line);
      } else {
        const end = this.#bound(node.high, scope);
        for (let k = this.#bound(node.low, scope); k < end; k++) this.#write(node.body, { ...scope, [node.index]: k });
      }
    }
  }

  #include(name: string, scope: Scope): void {
    const given = Object.hasOwn(this.values, name);
    if (!given && !Object.hasOwn(this.snippets, name)) {
      const shared = Object.keys(this.snippets).join(", ") || "none";
      throw this.#error(
        `{{include ${name}}} has no value, and no shared snippet has that name (there are: ${shared}).`,
      );
    }
    if (!given && this.#inserted.has(name)) return;
    this.#inserted.add(name);
    const text = given ? this.values[name] : this.snippets[name];
    if (typeof text !== "string") throw this.#error(`{{include ${name}}} needs a text, ${text} found.`);
    if (this.#open.has(name)) throw this.#error(`{{include ${name}}} includes itself.`);
    this.#open.add(name);
    const where = `${this.#current.where}, in {{include ${name}}}`;
    this.expand(text, { where, of: given ? "value" : "snippet", name }, scope);
    this.#open.delete(name);
  }

  #textOf(name: string, scope: Scope): string {
    const value = this.#valueOf(name, scope);
    if (typeof value === "boolean") throw this.#error(`{{${name}}} is a boolean, which only {{if ${name}}} reads.`);
    return String(value);
  }

  #holds(name: string, word: string | undefined, scope: Scope): boolean {
    const value = this.#valueOf(name, scope);
    if (word !== undefined) return String(value) === word;
    if (typeof value !== "boolean") throw this.#error(`{{if ${name}}} needs a boolean, ${value} found.`);
    return value;
  }

  #bound(token: string, scope: Scope): number {
    const value = /^\d+$/.test(token) ? Number(token) : this.#valueOf(token, scope);
    if (!Number.isInteger(value)) throw this.#error(`loop bound ${token} is not a whole number.`);
    return value as number;
  }

  #valueOf(name: string, scope: Scope): string | number | boolean {
    if (Object.hasOwn(scope, name)) return scope[name];
    if (!Object.hasOwn(this.values, name)) throw this.#error(`{{${name}}} has no value.`);
    return this.values[name];
  }

  #error(message: string): Error {
    return new Error(`${this.#current.where}: ${message}`);
  }
}

/** The names that occur in a text. */
function namesIn(nodes: readonly TemplateNode[]): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === "text") return [];
    if (node.kind === "loop") return [node.low, node.high, ...namesIn(node.body)];
    if (node.kind === "choice") return [node.name, ...namesIn(node.yes), ...namesIn(node.no)];
    if (node.kind === "declaration") return node.content.flatMap((part) => typeof part === "string" ? [] : [part.name]);
    return [node.name];
  });
}
