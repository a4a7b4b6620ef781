import { formatDuration } from "../sdk/utils/format.ts";
import type { Health } from "../services/runtime/health.ts";

/** Seconds after which what is known of the chain is too old. */
const STALE = 120;

/** Fails when the chain has not been seen for long. @returns To be called whenever it was seen. */
export function watchChain(health: Health): () => void {
  let seenAt = performance.now();
  health.add("chain", () => {
    const seconds = Math.floor((performance.now() - seenAt) / 1000);
    return seconds > STALE ? `nothing was heard of the chain for ${formatDuration(seconds)}` : undefined;
  });
  return () => {
    seenAt = performance.now();
  };
}
