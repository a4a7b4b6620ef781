import { useWidth } from "./useWidth.ts";

/** One end of the flow: a source, a sink, the escrow. */
export type Branch = {
  key: string;
  name: string;
  /** "1,200 USDCx/month". */
  words: string;
  /** Wei per second, for the width. */
  rate: number;
  colour: string;
  href?: string | undefined;
};

/** Pixels: height of a line of text with its ribbon, the least width of a ribbon, and the pool in the middle. */
const ROW = 44;
const THINNEST = 1.5;
const POOL = 10;
const TALLEST = 150;

type Placed = Branch & { y: number; height: number; at: number };

/** Puts branches below each other, and where they touch the pool, in proportion to what flows. */
function place(branches: readonly Branch[], total: number, height: number): Placed[] {
  const thickness = Math.min(TALLEST, height - 20);
  const top = (height - thickness) / 2;
  let at = top;
  const gap = height / Math.max(branches.length, 1);
  return branches.map((branch, index) => {
    const own = total === 0 ? 0 : (branch.rate / total) * thickness;
    const placed = {
      ...branch,
      y: gap * (index + 0.5),
      height: branch.rate === 0 ? 0 : Math.max(own, THINNEST),
      at: at + own / 2,
    };
    at += own;
    return placed;
  });
}

/** Who pays, on the left; who is paid, on the right; widths are the rates. A table below says the same to those who cannot see it. */
export function FlowDiagram({ sources, targets, caption }: { sources: Branch[]; targets: Branch[]; caption: string }) {
  const [ref, width] = useWidth<HTMLElement>();
  const total = Math.max(sum(sources), sum(targets));
  const height = Math.max(sources.length, targets.length, 3) * ROW;
  const label = Math.min(190, Math.max(110, width * 0.3));
  const left = place(sources, total, height);
  const right = place(targets, total, height);
  const middle = width / 2 - POOL / 2;
  return (
    <figure ref={ref} className="flow">
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true">
          {left.map((branch) => (
            <Ribbon key={branch.key} from={[label, branch.y]} to={[middle, branch.at]} branch={branch} />
          ))}
          {right.map((branch) => (
            <Ribbon key={branch.key} from={[middle + POOL, branch.at]} to={[width - label, branch.y]} branch={branch} />
          ))}
          <rect
            x={middle}
            y={(height - TALLEST) / 2 > 0 ? (height - Math.min(TALLEST, height - 20)) / 2 : 10}
            width={POOL}
            height={Math.min(TALLEST, height - 20)}
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

function Ribbon({
  from: [x1, y1],
  to: [x2, y2],
  branch,
}: {
  from: [number, number];
  to: [number, number];
  branch: Placed;
}) {
  if (branch.height === 0) return null;
  const middle = (x1 + x2) / 2;
  return (
    <path
      d={`M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`}
      fill="none"
      stroke={branch.colour}
      strokeWidth={branch.height}
      opacity={0.65}
    />
  );
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
