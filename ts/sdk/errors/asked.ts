import type { Hex } from "viem";
import { BackpressureError } from "../../core/errors.ts";

/**
 * Nobody to act for.
 * @remarks Create the client with an account, or name one where the action takes it.
 */
export class NoAccountError extends BackpressureError {
  override name = "NoAccountError";

  constructor() {
    super("the client has no account: create it with one, or name the account that is to send");
  }
}

/**
 * No such task type in this deployment.
 * @remarks Check identifier, deployment and chain: one of them is of another network.
 */
export class TaskTypeNotFoundError extends BackpressureError {
  override name = "TaskTypeNotFoundError";

  constructor(readonly taskTypeId: Hex) {
    super(`there is no task type ${taskTypeId}: check the identifier, the deployment and the chain`);
  }
}

/**
 * Arguments that make no sense whatever the chain says.
 * @remarks Correct the argument that the message names.
 */
export class InvalidParameterError extends BackpressureError {
  override name = "InvalidParameterError";
}
