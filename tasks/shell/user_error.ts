/** An error that the user can fix at the command line, as opposed to a mistake in this program. */
export class UserError extends Error {
  /** @param message One sentence: what failed and where, what was expected and what was found. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UserError";
  }
}
