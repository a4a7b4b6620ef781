/**
 * The largest value of objective · x with matrix · x ≤ bounds and x ≥ 0, for bounds ≥ 0, and where it is: a dense simplex
 * that begins at 0, with Bland's rule, which cannot go round in a circle. For some hundred unknowns; 40 lines instead of a
 * dependency.
 * @throws {RangeError} if it is unbounded, or a bound is negative.
 */
export function maximise(
  objective: readonly number[],
  matrix: readonly (readonly number[])[],
  bounds: readonly number[],
) {
  const [columns, rows] = [objective.length, matrix.length];
  if (bounds.some((bound) => bound < 0)) throw new RangeError("bounds are at least 0");
  const width = columns + rows + 1;
  const table = matrix.map((row, i) => {
    const line = new Float64Array(width);
    line.set(row);
    line[columns + i] = 1;
    line[width - 1] = bounds[i] as number;
    return line;
  });
  const reduced = new Float64Array(width);
  reduced.set(objective);
  const basis = matrix.map((_, i) => columns + i);
  for (;;) {
    const entering = reduced.subarray(0, width - 1).findIndex((gain) => gain > EPSILON);
    if (entering < 0) break;
    const leaving = tightest(table, basis, entering);
    pivot(table[leaving] as Float64Array, [...table.filter((_, i) => i !== leaving), reduced], entering);
    basis[leaving] = entering;
  }
  const at = new Float64Array(columns);
  basis.forEach((column, i) => {
    if (column < columns) at[column] = table[i]?.[width - 1] as number;
  });
  return { value: objective.reduce((sum, gain, i) => sum + gain * (at[i] as number), 0), at };
}

const EPSILON = 1e-9;

/** Which row allows least; of several the one whose unknown has the smallest number. */
function tightest(table: readonly Float64Array[], basis: readonly number[], entering: number): number {
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  table.forEach((row, i) => {
    const slope = row[entering] as number;
    if (slope <= EPSILON) return;
    const room = (row.at(-1) as number) / slope;
    const isFirst = Math.abs(room - least) <= EPSILON && (basis[i] as number) < (basis[best] as number);
    if (room < least - EPSILON || isFirst) [best, least] = [i, room];
  });
  if (best < 0) throw new RangeError("the objective is unbounded");
  return best;
}

function pivot(row: Float64Array, others: readonly Float64Array[], column: number): void {
  const by = row[column] as number;
  for (let k = 0; k < row.length; k++) row[k] = (row[k] as number) / by;
  for (const other of others) {
    const factor = other[column] as number;
    if (factor === 0) continue;
    for (let k = 0; k < row.length; k++) other[k] = (other[k] as number) - factor * (row[k] as number);
  }
}
