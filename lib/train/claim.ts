/** What some call works on at present. */
const claimed = new WeakSet<object>();

/**
 * Claims objects for one call, until what is returned is disposed.
 *
 * @param owner Who claims them; it stands at the beginning of messages.
 * @param objects The objects by what messages call them.
 * @throws {Error} If another call has claimed one of them.
 */
export function claim(owner: string, objects: Readonly<Record<string, object>>): Disposable {
  const busy = Object.keys(objects).find((name) => claimed.has(objects[name]));
  if (busy !== undefined) {
    throw new Error(
      `${owner}: expected a ${busy} that is not being trained, found one in an unfinished call of train.`,
    );
  }
  for (const object of Object.values(objects)) claimed.add(object);
  return {
    [Symbol.dispose]() {
      for (const object of Object.values(objects)) claimed.delete(object);
    },
  };
}
