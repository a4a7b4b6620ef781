import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from "recharts";
import { useWidth } from "./useWidth.ts";
import { clock, clockWithSeconds } from "./words.ts";

export type Series = { key: string; name: string; colour: string; dashed?: boolean };
export type Point = { time: number } & Record<string, number>;

const HEIGHT = 220;

/** Whether minutes alone would be the same twice. */
const isShort = (points: readonly Point[]): boolean => (points.at(-1)?.time ?? 0) - (points[0]?.time ?? 0) < 600;

/** Values that stay as they are until the next event. What the chart shows stands below it in words. */
export function Chart(props: {
  title: string;
  points: readonly Point[];
  series: readonly Series[];
  written: (value: number) => string;
  /** A value that is marked. */
  mark?: { value: number; name: string };
  words: string;
}) {
  const { title, points, series, written, mark, words } = props;
  const [ref, width] = useWidth<HTMLElement>();
  return (
    <figure ref={ref} className="chart">
      <h3>{title}</h3>
      {width > 0 && points.length > 1 && (
        <div aria-hidden="true">
          <LineChart
            width={width}
            height={HEIGHT}
            data={[...points]}
            accessibilityLayer={false}
            margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          >
            <CartesianGrid strokeDasharray="2 4" stroke="var(--line)" vertical={false} />
            <XAxis
              dataKey="time"
              type="number"
              domain={["dataMin", "dataMax"]}
              tickFormatter={isShort(points) ? clockWithSeconds : clock}
              tickCount={5}
              minTickGap={40}
              stroke="var(--quiet)"
              fontSize={12}
            />
            <YAxis tickFormatter={written} width={56} stroke="var(--quiet)" fontSize={12} domain={[0, "auto"]} />
            <Tooltip
              isAnimationActive={false}
              labelFormatter={(time) => `${clock(Number(time))} UTC`}
              formatter={(value) => written(Number(value))}
              contentStyle={{ background: "var(--paper)", border: "1px solid var(--line)", color: "var(--ink)" }}
            />
            {mark && <ReferenceLine y={mark.value} stroke="var(--warn)" strokeDasharray="6 4" />}
            {series.map(({ key, name, colour, dashed }) => (
              <Line
                key={key}
                dataKey={key}
                name={name}
                stroke={colour}
                strokeWidth={2}
                type="stepAfter"
                dot={false}
                isAnimationActive={false}
                {...(dashed ? { strokeDasharray: "6 4" } : {})}
              />
            ))}
          </LineChart>
        </div>
      )}
      <figcaption>{points.length > 1 ? words : "There is no history yet."}</figcaption>
    </figure>
  );
}
