/**
 * Does one thing after the other in several lanes at once: whoever is done takes the next.
 * @param next What is to be done next; undefined ends a lane. Asked when it is taken up, not before.
 * @throws What failed first, once nothing is under way any more. The other lanes go on for as long as `next` has something.
 */
export async function inLanes<item>(
  lanes: number,
  next: () => item | undefined,
  perform: (item: item) => Promise<void>,
): Promise<void> {
  async function lane(): Promise<void> {
    for (let item = next(); item !== undefined; item = next()) await perform(item);
  }
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
}
