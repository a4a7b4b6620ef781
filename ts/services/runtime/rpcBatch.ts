import { RpcRequestError } from "viem";
import { getHttpRpcClient } from "viem/utils";
import { classifyRpcError } from "../../core/rpcErrors.ts";

/** One call of JSON-RPC. */
export type RpcCall = { method: string; params: unknown[] };

/** What a node answered to one call of several, or what it refused it with. */
export type RpcAnswer = { result: unknown } | { error: RpcRequestError };

type Response = { id?: number; result?: unknown; error?: { code: number; message: string } };

/**
 * Sends several calls as one request (JSON-RPC 2.0, "Batch"); to an endpoint that takes no batches, one after the other.
 * @returns A function that resolves with the answers in the order of the calls, and rejects if there are none.
 */
export function rpcBatch(url: string, timeout: number): (calls: readonly RpcCall[]) => Promise<RpcAnswer[]> {
  const { request } = getHttpRpcClient(url, { timeout });
  let takesBatches = true;

  function answerOf(call: RpcCall, response: Response | undefined): RpcAnswer {
    if (response?.result !== undefined) return { result: response.result };
    return { error: new RpcRequestError({ body: call, url, error: response?.error ?? NO_ANSWER }) };
  }

  async function oneByOne(calls: readonly RpcCall[]): Promise<RpcAnswer[]> {
    const answers: RpcAnswer[] = [];
    for (const call of calls) answers.push(answerOf(call, (await request({ body: call })) as Response));
    return answers;
  }

  return async (calls) => {
    if (!takesBatches || calls.length === 1) return oneByOne(calls);
    const responses = (await request({ body: calls.map((call, id) => ({ ...call, id })) })) as Response[];
    const [first] = responses;
    // The client hands the same error to every call where the batch was refused as a whole.
    if (first?.error === undefined || responses.some((each) => each !== first)) {
      return calls.map((call, id) =>
        answerOf(
          call,
          responses.find((each) => each.id === id),
        ),
      );
    }
    const { error } = answerOf({ method: "batch", params: [] }, first) as { error: RpcRequestError };
    if (classifyRpcError(error) === "rate limited") throw error;
    const answers = await oneByOne(calls);
    takesBatches = false;
    return answers;
  };
}

const NO_ANSWER = { code: -32603, message: "no answer in the batch" };
