/** Sets a variable that has no value, where that is permitted. */
export function setEnvIfUnset(variable: string, value: string): void {
  if (mayUseEnv(variable) && !Deno.env.get(variable)) Deno.env.set(variable, value);
}

/** A variable's value; undefined where it has none or may not be read. */
export function readEnv(variable: string): string | undefined {
  return mayUseEnv(variable) ? Deno.env.get(variable) || undefined : undefined;
}

/** Permission is looked up, never asked for: a library must not make the runtime prompt. */
function mayUseEnv(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
