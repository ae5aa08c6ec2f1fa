// @ts-check
/**
 * The filter of the table: words that a row must contain, and conditions such as `optimizer=soap` or `quality>30`.
 *
 * @module
 */

/**
 * Whether a row passes.
 *
 * @param {Record<string, unknown>} row
 * @param {string} text Words and conditions, separated by blanks; all must hold.
 */
export function passes(row, text) {
  return text.trim().split(/\s+/).filter((word) => word !== "").every((word) => holds(row, word));
}

/**
 * @param {Record<string, unknown>} row
 * @param {string} word
 */
function holds(row, word) {
  const [, key, relation, wanted] = /^(\w+)(<=|>=|=|<|>)(.+)$/.exec(word) ?? [];
  if (key === undefined || !Object.hasOwn(row, key)) {
    const all = ["id", "task", "name", "status", "field", "optimizer", "schedule"].map((name) => row[name]);
    return all.join(" ").toLowerCase().includes(word.toLowerCase());
  }
  const value = row[key];
  const [a, b] = [Number(value), Number(wanted)];
  if (relation === "=") return String(value).toLowerCase() === wanted.toLowerCase() || (value !== "" && a === b);
  if (value === undefined || Number.isNaN(a) || Number.isNaN(b)) return false;
  return relation === "<" ? a < b : relation === ">" ? a > b : relation === "<=" ? a <= b : a >= b;
}
