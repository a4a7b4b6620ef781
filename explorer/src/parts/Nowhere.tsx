import { TaskTypeNotFoundError } from "../../../ts/sdk/errors.ts";
import { href } from "../routes.ts";
import type { Asked } from "./Notices.tsx";

/** Shown for an address that leads to nothing. */
export function Nowhere({ why }: { why: string }) {
  return (
    <>
      <h1>There is nothing here</h1>
      <p>
        {why} <a href={href.pools()}>All pools</a>
      </p>
    </>
  );
}

/** Why there is nothing to show of a task type; undefined while it is not certain. */
export function whyNowhere(indexer: Asked & { data: { taskType: unknown } | undefined }, chain: Asked) {
  if (chain.error instanceof TaskTypeNotFoundError) return "This deployment has no such task type.";
  if (chain.error && indexer.data?.taskType === null)
    return "The indexer knows no such task type, and the chain does not answer.";
  return undefined;
}
