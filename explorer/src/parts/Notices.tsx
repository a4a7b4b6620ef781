import type { UseQueryResult } from "@tanstack/react-query";
import { useConfig } from "../context.tsx";
import { clock, moment } from "./words.ts";

export type Asked = Pick<UseQueryResult, "error" | "data" | "dataUpdatedAt" | "isPending">;

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const since = ({ dataUpdatedAt }: Asked): string => clock(dataUpdatedAt / 1000);

/** The indexer is behind by nature, by a block or two: more than this is worth a word, seconds. */
const BEHIND = 120;

/**
 * Says what does not answer, and what is known all the same.
 * @param props.known Up to when the indexer knows everything; `now` is the chain's time, both Unix seconds.
 */
export function Notices(props: { indexer?: Asked; chain?: Asked; known?: bigint; now?: number }) {
  const { indexer, chain, known: until, now } = props;
  const { indexerUrl, rpcUrl } = useConfig();
  const notices: string[] = [];
  if (indexer?.error) {
    const known = indexer.data
      ? `What it knew at ${since(indexer)} UTC is shown.`
      : chain?.data
        ? "What the chain itself says is shown; lists and history are missing."
        : "Lists and history are missing.";
    notices.push(`The indexer at ${hostOf(indexerUrl)} does not answer. ${known} It is asked again every few seconds.`);
  }
  if (chain?.error) {
    const known = chain.data
      ? `What it said at ${since(chain)} UTC is shown.`
      : indexer?.data
        ? "What is shown is computed from the last event that the indexer has seen."
        : "";
    notices.push(
      `The RPC endpoint at ${hostOf(rpcUrl)} does not answer. ${known} It is asked again every few seconds.`,
    );
  }
  if (until !== undefined && now !== undefined && now - Number(until) > BEHIND) {
    notices.push(`The indexer is catching up: it knows what happened until ${moment(Number(until))}.`);
  }
  return (
    <div role="status" className="notices">
      {notices.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

/** Shown while nothing is known yet. */
export function Waiting({ asked }: { asked: readonly Asked[] }) {
  return asked.some(({ isPending }) => isPending) && asked.every(({ data }) => data === undefined) ? (
    <p role="status">Looking …</p>
  ) : null;
}
