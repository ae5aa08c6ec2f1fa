/** A mistake of the person at the command line, as opposed to one in this program. */
export class UserError extends Error {
  /** @param message One sentence: what, where, what was expected and what was found. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UserError";
  }
}
