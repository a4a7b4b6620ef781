/** What is read from the chain itself: the present, by the SDK. */
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Address, createClient, defineChain, type Hex, http } from "viem";
import { superTokenAt } from "../../ts/sdk/calls/contracts.ts";
import { read } from "../../ts/sdk/internal/call.ts";
import { getPipeline } from "../../ts/sdk/read/getPipeline.ts";
import { getPool } from "../../ts/sdk/read/getPool.ts";
import { getSink } from "../../ts/sdk/read/getSink.ts";
import { getSource } from "../../ts/sdk/read/getSource.ts";
import { getTaskType } from "../../ts/sdk/read/getTaskType.ts";
import type { ReadClient } from "../../ts/sdk/types.ts";
import type { Config } from "./config.ts";
import { useConfig } from "./context.tsx";

/** Milliseconds after which what is shown is looked up again. */
export const REFRESH = 5_000;

export const chainOf = ({ chainId, chainName, rpcUrl }: Config) =>
  defineChain({
    id: chainId,
    name: chainName,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });

/** What is read at once is one request, and of one block. */
export function clientOf(config: Config): ReadClient {
  const batch = { multicall: { deployless: true, batchSize: 100_000, wait: 5 } };
  const transport = http(config.rpcUrl, { timeout: 10_000, retryCount: 0 });
  return createClient({ batch, chain: chainOf(config), transport });
}

function useChain<result>(
  key: readonly unknown[],
  look: (client: ReadClient) => Promise<result>,
): UseQueryResult<result> {
  const config = useConfig();
  const client = useMemo(() => clientOf(config), [config]);
  return useQuery({ queryKey: ["chain", ...key], queryFn: () => look(client), refetchInterval: REFRESH });
}

export function usePool(taskTypeId: Hex) {
  const { deployment } = useConfig();
  return useChain(["pool", taskTypeId], (client) => getPool(client, { deployment, taskTypeId }));
}

export function useSink(taskTypeId: Hex, sink: Address) {
  const { deployment } = useConfig();
  return useChain(["sink", taskTypeId, sink], async (client) => {
    const parameters = { deployment, taskTypeId };
    const [taskType, state] = await Promise.all([
      getTaskType(client, parameters),
      getSink(client, { ...parameters, sink }),
    ]);
    return { taskType, state };
  });
}

export function useSource(taskTypeId: Hex, source: Address) {
  const { deployment } = useConfig();
  return useChain(["source", taskTypeId, source], (client) => getSource(client, { deployment, taskTypeId, source }));
}

export function usePipeline(taskTypeId: Hex) {
  const { deployment } = useConfig();
  return useChain(["pipeline", taskTypeId], (client) => getPipeline(client, { deployment, taskTypeId }));
}

/** Longest symbol that is shown, characters. */
const LONGEST_SYMBOL = 12;

/** Symbols of super tokens by address; the names of strangers' tokens are strangers' text. */
export function useSymbols(tokens: readonly Address[]): (token: Address) => string {
  const config = useConfig();
  const client = useMemo(() => clientOf(config), [config]);
  const wanted = [...new Set(tokens.map((token) => token.toLowerCase() as Address))].sort();
  const { data } = useQuery({
    queryKey: ["symbols", ...wanted],
    queryFn: async () => {
      const symbols = await Promise.all(
        wanted.map((token) => read(client, superTokenAt(token).symbol()).catch(() => "")),
      );
      return new Map(wanted.map((token, index) => [token, printable(symbols[index] ?? "")]));
    },
    enabled: wanted.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (token) => data?.get(token.toLowerCase() as Address) || "tokens";
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "").slice(0, LONGEST_SYMBOL);
