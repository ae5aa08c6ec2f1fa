/** A parsed part of a template. `specialise` describes the grammar. */
export type TemplateNode = TextNode | ValueNode | IncludeNode | LoopNode | ChoiceNode | DeclarationNode;

/** Plain text. */
interface TextNode {
  readonly kind: "text";
  readonly text: string;
  /** The line of the template in which it begins, from 1. */
  readonly line: number;
}

/** `{{name}}`. */
interface ValueNode {
  readonly kind: "value";
  readonly name: string;
  readonly line: number;
}

/** `{{include name}}`. */
interface IncludeNode {
  readonly kind: "include";
  readonly name: string;
}

/** `{{for index in low..high}} body {{end}}`. */
interface LoopNode {
  readonly kind: "loop";
  readonly index: string;
  readonly low: string;
  readonly high: string;
  readonly body: readonly TemplateNode[];
}

/** `{{if name}} yes {{else}} no {{end}}`, or `{{if name == word}} …`. */
interface ChoiceNode {
  readonly kind: "choice";
  readonly name: string;
  readonly word?: string;
  readonly yes: readonly TemplateNode[];
  readonly no: readonly TemplateNode[];
}

/** `{{keyword content}}`, where the content may contain `{{name}}`. */
interface DeclarationNode {
  readonly kind: "declaration";
  readonly keyword: string;
  readonly content: readonly (string | ValueNode)[];
  readonly line: number;
}

/** The keywords that declare a kernel's uniforms and buffers. */
const KEYWORDS = ["uniform", "read", "update", "write"];
/** The words that cannot be names. */
const RESERVED = [...KEYWORDS, "for", "if", "else", "end", "include"];
/** A tag in double braces, which may contain names in double braces. */
const TAG = /(\{\{(?:[^{}]|\{\{\s*\w+\s*\}\})*\}\})/;

/** A name in double braces, as declarations may contain it. */
const NAME = /(\{\{\s*\w+\s*\}\})/;

/** The tokens of a template and the position of the next one. */
interface Tokens {
  readonly list: readonly string[];
  readonly where: string;
  at: number;
  /** The line in which the next one begins, from 1. */
  line: number;
}

/**
 * Parses a template.
 *
 * @param where Where the text comes from, for error messages.
 * @throws If a tag cannot be parsed, or a block has no end.
 */
export function parseTemplate(text: string, where: string): readonly TemplateNode[] {
  const tokens = { list: text.split(TAG), where, at: 0, line: 1 };
  const { nodes, closer } = parseBlock(tokens);
  if (closer !== undefined) refuse(tokens, `{{${closer}}}`);
  return nodes;
}

/** Parses up to the `{{else}}` or `{{end}}` that closes this block, or up to the end of the text. */
function parseBlock(tokens: Tokens): { nodes: TemplateNode[]; closer?: "else" | "end" } {
  const nodes: TemplateNode[] = [];
  while (tokens.at < tokens.list.length) {
    const token = tokens.list[tokens.at++];
    const { line } = tokens;
    tokens.line += token.split("\n").length - 1;
    if (!TAG.test(token)) {
      const open = token.indexOf("{{");
      if (open >= 0) refuse(tokens, token.slice(open).split("\n")[0]);
      nodes.push({ kind: "text", text: token, line });
      continue;
    }
    const inner = token.slice(2, -2).trim();
    if (inner === "else" || inner === "end") return { nodes, closer: inner };
    nodes.push(parseTag(tokens, token, { inner, line }));
  }
  return { nodes };
}

function parseTag(tokens: Tokens, tag: string, { inner, line }: { inner: string; line: number }): TemplateNode {
  if (/^\w+$/.test(inner) && !RESERVED.includes(inner)) return { kind: "value", name: inner, line };
  const include = /^include (\w+)$/.exec(inner);
  if (include) return { kind: "include", name: include[1] };
  const loop = /^for (\w+) in (\w+)\.\.(\w+)$/.exec(inner);
  if (loop) {
    const [, index, low, high] = loop;
    const { nodes, closer } = parseBlock(tokens);
    requireEnd(tokens, tag, closer);
    return { kind: "loop", index, low, high, body: nodes };
  }
  const choice = /^if (\w+)(?: == (\w+))?$/.exec(inner);
  if (choice) return parseChoice(tokens, tag, choice[1], choice[2]);
  const declaration = /^(\w+) (.+)$/s.exec(inner);
  if (declaration && KEYWORDS.includes(declaration[1])) {
    const content = declaration[2].split(NAME).map((part) =>
      part.startsWith("{{") ? { kind: "value", name: part.slice(2, -2).trim(), line } as const : part
    );
    return { kind: "declaration", keyword: declaration[1], content, line };
  }
  refuse(tokens, tag);
}

function parseChoice(tokens: Tokens, tag: string, name: string, word: string | undefined): ChoiceNode {
  const yes = parseBlock(tokens);
  if (yes.closer !== "else") {
    requireEnd(tokens, tag, yes.closer);
    return { kind: "choice", name, word, yes: yes.nodes, no: [] };
  }
  const no = parseBlock(tokens);
  requireEnd(tokens, tag, no.closer);
  return { kind: "choice", name, word, yes: yes.nodes, no: no.nodes };
}

function requireEnd({ where }: Tokens, tag: string, closer: "else" | "end" | undefined): void {
  if (closer === undefined) throw new Error(`${where}: ${tag} has no {{end}}.`);
  if (closer === "else") throw new Error(`${where}: {{else}} where {{end}} of ${tag} was expected.`);
}

function refuse({ where }: Tokens, found: string): never {
  throw new Error(`${where}: cannot read ${found}.`);
}
