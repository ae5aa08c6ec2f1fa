/** The path without `.`, doubled `/` and, as far as it has a folder for them, `..`; `.` for an empty one. */
export function normalize(path: string): string {
  const root = path.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (root === "") parts.push(part);
  }
  const plain = root + parts.join("/");
  if (plain === "") return path.endsWith("/") ? "./" : ".";
  return path.endsWith("/") && parts.length > 0 ? `${plain}/` : plain;
}

/** The path of something in a folder. */
export function join(folder: string, path: string): string {
  return normalize([folder, path].filter((part) => part !== "").join("/"));
}

/** The folder that a path lies in; `.` if it names none. */
export function dirname(path: string): string {
  const end = path.replace(/\/+$/, "").lastIndexOf("/");
  return end < 0 ? (path.startsWith("/") ? "/" : ".") : path.slice(0, end) || "/";
}
