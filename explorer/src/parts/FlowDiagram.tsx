import { useWidth } from "./useWidth.ts";

/** One end of the flow: a source, a sink, the escrow. */
export type Branch = {
  key: string;
  name: string;
  /** "1,200 USDCx"; the caption says in which time. */
  words: string;
  /** Wei per second, for the width. */
  rate: number;
  colour: string;
  href?: string | undefined;
};

/** Pixels: the least height of a branch, what is left free between two, the least width of a ribbon, and the pool. */
const ROW = 44;
const GAP = 10;
const THINNEST = 1.5;
const POOL = { width: 10, height: 170 };

type Placed = Branch & { y: number; height: number; at: number };

/** Puts branches below each other, and where they touch the pool, in proportion to what flows. Begins at 0. */
function place(branches: readonly Branch[], total: number): { placed: Placed[]; height: number } {
  let [y, at] = [0, 0];
  const placed = branches.map((branch) => {
    const height = total === 0 ? 0 : (branch.rate / total) * POOL.height;
    const slot = Math.max(ROW, height + GAP);
    y += slot;
    at += height;
    const drawn = branch.rate === 0 ? 0 : Math.max(height, THINNEST);
    return { ...branch, y: y - slot / 2, height: drawn, at: at - height / 2 };
  });
  return { placed, height: y };
}

/** In the middle of what there is room for. */
function centred({ placed, height }: ReturnType<typeof place>, room: number): Placed[] {
  const [side, pool] = [(room - height) / 2, (room - POOL.height) / 2];
  return placed.map((branch) => ({ ...branch, y: branch.y + side, at: branch.at + pool }));
}

/** Who pays, on the left; who is paid, on the right; widths are the rates. A table below says the same to those who cannot see it. */
export function FlowDiagram({ sources, targets, caption }: { sources: Branch[]; targets: Branch[]; caption: string }) {
  const [ref, width] = useWidth<HTMLElement>();
  const total = Math.max(sum(sources), sum(targets));
  const sides = [place(sources, total), place(targets, total)] as const;
  const height = Math.max(...sides.map((side) => side.height), POOL.height);
  const label = Math.min(190, Math.max(124, width * 0.25));
  const left = centred(sides[0], height);
  const right = centred(sides[1], height);
  const middle = width / 2 - POOL.width / 2;
  return (
    <figure ref={ref} className="flow">
      {width > 0 && total > 0 && (
        <svg width={width} height={height} aria-hidden="true">
          {left.map((branch) => (
            <Ribbon key={branch.key} from={[label, branch.y]} to={[middle, branch.at]} branch={branch} />
          ))}
          {right.map((branch) => (
            <Ribbon
              key={branch.key}
              from={[middle + POOL.width, branch.at]}
              to={[width - label, branch.y]}
              branch={branch}
            />
          ))}
          <rect
            x={middle}
            y={(height - POOL.height) / 2}
            width={POOL.width}
            height={POOL.height}
            rx={3}
            className="pool"
          />
          {left.map((branch) => (
            <Label key={branch.key} x={label - 8} anchor="end" branch={branch} />
          ))}
          {right.map((branch) => (
            <Label key={branch.key} x={width - label + 8} anchor="start" branch={branch} />
          ))}
        </svg>
      )}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

const sum = (branches: readonly Branch[]): number => branches.reduce((total, { rate }) => total + rate, 0);

/** As thick along the pool as at its end, however steep it is: two edges, and what is between them. */
function Ribbon({
  from: [x1, y1],
  to: [x2, y2],
  branch: { height, colour },
}: {
  from: [number, number];
  to: [number, number];
  branch: Placed;
}) {
  if (height === 0) return null;
  const [middle, half] = [(x1 + x2) / 2, height / 2];
  const there = `M${x1},${y1 - half} C${middle},${y1 - half} ${middle},${y2 - half} ${x2},${y2 - half}`;
  const back = `L${x2},${y2 + half} C${middle},${y2 + half} ${middle},${y1 + half} ${x1},${y1 + half} Z`;
  return <path d={`${there} ${back}`} fill={colour} opacity={0.65} />;
}

function Label({ x, anchor, branch }: { x: number; anchor: "start" | "end"; branch: Placed }) {
  return (
    <text x={x} y={branch.y} textAnchor={anchor}>
      <tspan x={x} dy="-0.2em" className="name">
        {branch.name}
      </tspan>
      <tspan x={x} dy="1.25em" className="words">
        {branch.words}
      </tspan>
    </text>
  );
}
