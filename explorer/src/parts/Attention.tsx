/** What somebody should do something about, in the words of `npm run inspect`. */
export function Attention({ items }: { items: readonly string[] | undefined }) {
  return (
    <section aria-labelledby="attention" className="attention">
      <h2 id="attention">What needs attention</h2>
      {items === undefined ? (
        <p>Only the chain says, and its endpoint does not answer.</p>
      ) : items.length === 0 ? (
        <p className="fine">Nothing needs attention.</p>
      ) : (
        <ul>
          {items.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
