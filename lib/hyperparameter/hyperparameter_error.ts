/** The error about a hyper-parameter that cannot be what it is. Its parts serve callers whose users know the hyper-parameter by another name. */
export class HyperparameterError extends RangeError {
  /**
   * Makes an error whose message is `OWNER: NAME: MISTAKE.`
   *
   * @param owner Whose hyper-parameter it is.
   * @param hyperparameter Its name.
   * @param mistake What was expected and what was found, without a full stop. Other hyper-parameters have their declared names.
   */
  constructor(readonly owner: string, readonly hyperparameter: string, readonly mistake: string) {
    super(`${owner}: ${hyperparameter}: ${mistake}.`);
  }
}
