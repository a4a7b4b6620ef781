import { Keeper } from "../../x402/seller/answers.ts";

/**
 * An answer as it comes, and what is kept of it at its end.
 * @param onEnd Hears what to answer from now on; undefined if the sink has broken off and nothing was delivered. Who goes
 * away in the middle has had what it paid for: else it could have everything but the last byte as often as it likes.
 */
export function delivered(answer: Response, onEnd: (kept: string | undefined) => Promise<void>): Response {
  const { status, headers } = answer;
  const keeper = new Keeper();
  const type = headers.get("content-type") ?? "";
  const kept = (isWhole: boolean) => keeper.text({ status, type, cost: 0n, isWhole });
  const source = answer.body?.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = (await source?.read()) ?? { done: true, value: undefined };
          if (!done) {
            keeper.add(value);
            controller.enqueue(value);
            return;
          }
          await onEnd(kept(true));
          controller.close();
        } catch (error) {
          await onEnd(undefined);
          controller.error(error);
        }
      },
      async cancel(reason) {
        await source?.cancel(reason).catch(() => {});
        await onEnd(kept(false));
      },
    },
    { highWaterMark: 0 },
  );
  const isEmpty = [204, 205, 304].includes(status);
  if (isEmpty) void onEnd(kept(true));
  return new Response(isEmpty ? null : body, { status, headers });
}
