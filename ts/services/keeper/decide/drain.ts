export type DrainView = {
  /** What `drain` would pay to the sinks now, wei. */
  drainable: bigint;
  /** Wei. */
  minAmount: bigint;
};

/** Whether to pay what waits in the escrow to the sinks. */
export function shouldDrain({ drainable, minAmount }: DrainView): boolean {
  return drainable > 0n && drainable >= minAmount;
}
