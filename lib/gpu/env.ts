/** Sets an environment variable if it has no value and setting it is permitted. */
export function setEnvIfUnset(variable: string, value: string): void {
  if (mayUseEnv(variable) && !Deno.env.get(variable)) Deno.env.set(variable, value);
}

/** An environment variable's value; undefined if it has none or reading it is not permitted. */
export function readEnv(variable: string): string | undefined {
  return mayUseEnv(variable) ? Deno.env.get(variable) || undefined : undefined;
}

/** Queries the permission without requesting it, because a library must not make the runtime prompt the user. */
function mayUseEnv(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
