import { pause } from "../sdk/internal/waitForBlock.ts";

/** Does something every so many seconds until it is interrupted; failures are told, and it goes on. */
export async function every(
  seconds: number,
  interrupted: AbortSignal,
  action: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!interrupted.aborted) {
    await pause(1000 * seconds, interrupted).catch(() => {});
    if (!interrupted.aborted) await action().catch(onError);
  }
}
