/**
 * Hyper-parameters: each is declared once, with its range, its default and what it is, and everything else follows from that.
 *
 * @module
 */
export {
  type AnyHyperparameter,
  type AnyHyperparameters,
  defaultText,
  type DerivedDefault,
  type Hyperparameter,
  type Hyperparameters,
  type HyperparameterValue,
  resolveHyperparameters,
  withDefaults,
} from "./hyperparameter.ts";
export { HyperparameterError } from "./hyperparameter_error.ts";
export {
  checkRange,
  COUNT,
  COUNT_FROM_0,
  FLAG,
  type FlagRange,
  FROM_0,
  type NumberRange,
  oneOf,
  type PairRange,
  POSITIVE,
  type RangeOf,
  rangeText,
  SHARE,
  type ValueRange,
  type WordRange,
} from "./range.ts";
