import type { NoAccountError } from "./errors/asked.ts";
import type {
  ContractCallError,
  RpcUnavailableError,
  TransactionRevertedError,
  TransactionUnconfirmedError,
  WrongChainError,
} from "./errors/chain.ts";
import type { InsufficientFundsError } from "./errors/money.ts";

export { BackpressureError, type BackpressureErrorOptions } from "../core/errors.ts";
export * from "./errors/asked.ts";
export * from "./errors/chain.ts";
export * from "./errors/money.ts";
export * from "./errors/sink.ts";
export * from "./errors/stream.ts";

/** What every read may fail with. */
export type ReadErrorType = ContractCallError | RpcUnavailableError | WrongChainError;

/** What every sending action may fail with. */
export type SendErrorType =
  | ReadErrorType
  | NoAccountError
  | InsufficientFundsError
  | TransactionRevertedError
  | TransactionUnconfirmedError;
