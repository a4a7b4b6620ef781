import type { ReactNode } from "react";

export type Column<row> = {
  name: string;
  /** Whether it has numbers, which stand below each other. */
  numeric?: boolean;
  cell: (row: row) => ReactNode;
};

/** A table that can be moved sideways where it is wider than the screen; its first column names the row. */
export function Table<row>(props: {
  caption: string;
  columns: readonly Column<row>[];
  rows: readonly row[];
  keyOf: (row: row) => string;
  none: string;
}) {
  const { caption, columns, rows, keyOf, none } = props;
  const className = ({ numeric }: Column<row>) => (numeric ? "number" : undefined);
  if (rows.length === 0) return <p>{none}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse moves it by the arrow keys
    <section className="wide" aria-label={`${caption}: table`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={className(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.name} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.name} className={className(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Says how many of all rows are shown, and gets more. */
export function More(props: {
  shown: number;
  total: number;
  what: string;
  more: (() => void) | undefined;
  busy: boolean;
}) {
  const { shown, total, what, more, busy } = props;
  if (total === 0) return null;
  return (
    <p className="more">
      <span role="status">
        {shown.toLocaleString("en-GB")} of {total.toLocaleString("en-GB")} {what}
      </span>{" "}
      {more && (
        <button type="button" onClick={more} disabled={busy}>
          Show more
        </button>
      )}
    </p>
  );
}
