import type { Transport } from "viem";

/** A transport that writes down which methods were asked for, in order. */
export function counted(transport: Transport): { transport: Transport; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    transport: (options) => {
      const inner = transport(options);
      const request: typeof inner.request = (call, ...rest) => {
        asked.push(call.method);
        return inner.request(call, ...rest);
      };
      return { ...inner, request };
    },
  };
}

/** What a transaction takes whatever it does: it is handed over, and looked for until it is in a block. */
const OF_THE_TRANSACTION = ["eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_blockNumber"];

/** How many requests came beside those that a transaction takes in any case. */
export function beyondTransaction(asked: readonly string[]): number {
  return asked.filter((method) => !OF_THE_TRANSACTION.includes(method)).length;
}
