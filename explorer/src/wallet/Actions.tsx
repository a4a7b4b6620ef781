import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { type Address, type Hex, isAddressEqual, parseEther } from "viem";
import { useAccount, useWalletClient } from "wagmi";
import { claim } from "../../../ts/sdk/sink/claim.ts";
import { closeStream } from "../../../ts/sdk/source/closeStream.ts";
import { syncSource } from "../../../ts/sdk/source/syncSource.ts";
import { wrap } from "../../../ts/sdk/source/wrap.ts";
import type { WriteClient } from "../../../ts/sdk/types.ts";
import { useConfig } from "../context.tsx";

/** The connected wallet if it is this account's, on this chain; undefined for everybody else. */
function useOwn(account: Address): WriteClient | undefined {
  const { chainId } = useConfig();
  const connected = useAccount();
  const { data } = useWalletClient({ chainId });
  const isOwn =
    connected.address !== undefined && isAddressEqual(connected.address, account) && connected.chainId === chainId;
  return isOwn && data !== undefined ? (data as unknown as WriteClient) : undefined;
}

/** One button that sends something, and says what became of it. */
function Action({ name, act }: { name: string; act: () => Promise<unknown> }) {
  const queries = useQueryClient();
  const action = useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries() });
  return (
    <span className="action">
      <button type="button" disabled={action.isPending} onClick={() => action.mutate()}>
        {name}
      </button>
      <span role="status">
        {action.isPending && "waiting for the wallet and the chain …"}
        {action.isSuccess && "done"}
        {action.error && `not done: ${action.error.message.split("\n", 1)[0]}`}
      </span>
    </span>
  );
}

export function SinkActions({ taskTypeId, sink }: { taskTypeId: Hex; sink: Address }) {
  const { deployment } = useConfig();
  const client = useOwn(sink);
  if (client === undefined) return null;
  return (
    <section aria-labelledby="actions" className="actions">
      <h2 id="actions">This is you</h2>
      <Action name="Claim what waits for you" act={() => claim(client, { deployment, taskTypeId })} />
    </section>
  );
}

export function SourceActions(props: { taskTypeId: Hex; source: Address; superToken: Address; symbol: string }) {
  const { taskTypeId, source, superToken, symbol } = props;
  const { deployment } = useConfig();
  const client = useOwn(source);
  const id = useId();
  const [tokens, setTokens] = useState("10");
  if (client === undefined) return null;
  return (
    <section aria-labelledby="actions" className="actions">
      <h2 id="actions">This is you</h2>
      <Action
        name="Claim what is set aside for you"
        act={() => syncSource(client, { deployment, taskTypeId, source })}
      />
      <p>
        <label htmlFor={id}>Top up by</label>
        <input
          id={id}
          inputMode="decimal"
          value={tokens}
          maxLength={30}
          onChange={({ target }) => setTokens(target.value)}
        />
        <Action
          name={`Wrap into ${symbol}`}
          act={async () => wrap(client, { deployment, superToken, amount: amountIn(tokens) })}
        />
      </p>
      <Action name="Close your stream" act={() => closeStream(client, { deployment, taskTypeId })} />
    </section>
  );
}

/** What a person has written: "12.5". @throws {Error} that says how to write it. */
function amountIn(tokens: string): bigint {
  if (!/^\d+(\.\d{1,18})?$/.test(tokens)) throw new Error(`"${tokens}" is no amount: write it as 12.5`);
  return parseEther(tokens);
}
