/** The end of each queue, by whose it is. */
const ends = new Map<string, Promise<unknown>>();

/** Does one thing after another for each key, in the order in which they were asked for; one that fails stops no other. */
export function inTurn<result>(key: string, action: () => Promise<result>): Promise<result> {
  const done = (ends.get(key) ?? Promise.resolve()).then(action);
  const end = done.then(
    () => {},
    () => {},
  );
  ends.set(key, end);
  void end.then(() => {
    if (ends.get(key) === end) ends.delete(key);
  });
  return done;
}
