import { isAddressEqual } from "viem";
import type { GetTaskTypeReturnType } from "../read/getTaskType.ts";
import type { Deployment } from "../types.ts";

/** What whoever puts money into a task type should know of its terms, in words. */
export function warningsOf(deployment: Deployment, { verifier }: Pick<GetTaskTypeReturnType, "verifier">): string[] {
  if (isAddressEqual(verifier, deployment.completionTracker)) return [];
  if (isNobody(verifier)) return ["nobody verifies this task type: only declared backlog moves the money"];
  return [
    `${verifier} verifies this task type, not the protocol's tracker: it can have any stake here slashed, so trust it first`,
  ];
}

const isNobody = (verifier: string): boolean => /^0x0+$/.test(verifier);
