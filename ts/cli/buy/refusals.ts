import { describeError } from "../../core/errors.ts";
import { InsufficientFundsError, RpcUnavailableError } from "../../sdk/errors.ts";
import {
  NotDeliveredError,
  SinksBusyError,
  StopLossError,
  UnsafeAddressError,
  WaitForCreditError,
} from "../../sdk/work/errors.ts";
import { MalformedMessageError } from "../../sdk/work/wire.ts";
import { redactUrls } from "../../services/runtime/logger.ts";
import { BudgetReachedError, ForeignStreamError, PurseEmptyError } from "../../x402/errors.ts";
import { BodyTooLongError } from "../../x402/seller/readBody.ts";
import { problem } from "../http.ts";

const KINDS: { status: number; code: string; errors: (abstract new (...args: never[]) => Error)[] }[] = [
  {
    status: 402,
    code: "budget",
    errors: [BudgetReachedError, PurseEmptyError, InsufficientFundsError, ForeignStreamError],
  },
  { status: 402, code: "stop_loss", errors: [StopLossError] },
  { status: 413, code: "too_long", errors: [BodyTooLongError] },
  { status: 503, code: "no_credit_yet", errors: [WaitForCreditError] },
  { status: 503, code: "busy", errors: [SinksBusyError] },
  { status: 503, code: "no_chain", errors: [RpcUnavailableError] },
  { status: 502, code: "not_delivered", errors: [NotDeliveredError, UnsafeAddressError, MalformedMessageError] },
];

/** What the caller gets instead of an answer: by cause, with what to do about it. */
export function answerTo(error: unknown): Response {
  const { status, code } = KINDS.find(({ errors }) => errors.some((kind) => error instanceof kind)) ?? {
    status: 500,
    code: "internal",
  };
  const retry = status === 503 ? { "retry-after": "10" } : {};
  return problem(status, code, redactUrls(describeError(error)), {
    ...retry,
    "x-should-retry": String(status === 503),
  });
}
