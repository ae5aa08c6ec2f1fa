/**
 * Text substitution for kernels, deliberately small and strict.
 *
 * - `{{name}}` is replaced by `values.name`.
 * - `{{for i in 0..4}}` … `{{end}}` repeats what lies between for i = 0, 1, 2, 3; bounds are numbers or names of values,
 *   and `{{i}}` is the index inside. Loops nest. There is no arithmetic: WGSL's own constant expressions do that.
 *
 * @param text The template.
 * @param values What each name stands for.
 * @param where Named in errors, for instance the kernel's file.
 * @throws When a name is unknown, a value is never used, loops do not match, or double braces are not closed.
 */
export function specialise(text: string, values: Record<string, string | number>, where = "template"): string {
  const used = new Set<string>();
  const lookUp = (name: string, scope: Record<string, string | number>): string | number => {
    if (Object.hasOwn(scope, name)) return scope[name];
    if (!Object.hasOwn(values, name)) throw new Error(`${where}: {{${name}}} has no value.`);
    used.add(name);
    return values[name];
  };
  const bound = (token: string, scope: Record<string, string | number>): number => {
    const value = /^\d+$/.test(token) ? Number(token) : Number(lookUp(token, scope));
    if (!Number.isInteger(value)) throw new Error(`${where}: loop bound ${token} is not a whole number.`);
    return value;
  };
  const tokens = text.split(/(\{\{[^{}]*\}\})/);
  const expand = (from: number, to: number, scope: Record<string, string | number>): string => {
    let out = "";
    for (let i = from; i < to; i++) {
      const token = tokens[i];
      if (!token.startsWith("{{")) {
        const open = token.indexOf("{{");
        if (open >= 0) throw new Error(`${where}: cannot read ${token.slice(open).split("\n")[0]}.`);
        out += token;
        continue;
      }
      const inner = token.slice(2, -2).trim();
      const loop = /^for (\w+) in (\w+)\.\.(\w+)$/.exec(inner);
      if (loop) {
        const end = matchingEnd(tokens, i, to, where);
        const [, index, low, high] = loop;
        const last = bound(high, scope);
        for (let k = bound(low, scope); k < last; k++) out += expand(i + 1, end, { ...scope, [index]: k });
        i = end;
      } else if (/^\w+$/.test(inner) && inner !== "end") {
        out += String(lookUp(inner, scope));
      } else {
        throw new Error(`${where}: cannot read ${token}.`);
      }
    }
    return out;
  };
  const result = expand(0, tokens.length, {});
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`${where}: no {{${unused.join("}}, {{")}}} in the template.`);
  return result;
}

function matchingEnd(tokens: string[], start: number, to: number, where: string): number {
  let depth = 0;
  for (let i = start; i < to; i++) {
    if (/^\{\{\s*for /.test(tokens[i])) depth++;
    if (/^\{\{\s*end\s*\}\}$/.test(tokens[i]) && --depth === 0) return i;
  }
  throw new Error(`${where}: ${tokens[start]} has no {{end}}.`);
}
