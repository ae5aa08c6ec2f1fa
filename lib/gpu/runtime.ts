/** The operating system under Deno, as in `Deno.build.os`; undefined in a browser and in Node. */
export const operatingSystem: string | undefined = isDeno() ? Deno.build.os : undefined;

/** Whether this is Deno, and no browser or Node. */
export function isDeno(): boolean {
  return "Deno" in globalThis;
}

/**
 * Whether something is permitted already; never in a browser and in Node, where it would be done by other means. The permission is queried
 * and not requested, because a library must not make the runtime prompt the user.
 */
export function isPermitted(descriptor: Deno.PermissionDescriptor): boolean {
  return isDeno() && Deno.permissions.querySync(descriptor).state === "granted";
}
