import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { axis, ChartTip } from './chart-parts';

interface SizePoint {
  /** Milliseconds. */
  at: number;
  size: number;
}

/** With fewer points than these each is marked: they may lie far apart. */
const FEW_POINTS = 20;

/** How a number of customers went, oldest first. */
export default function SizeChart(props: {
  points: SizePoint[];
  height: number;
  tick: (at: number) => string;
  count: (size: number) => string;
  tip: (point: SizePoint) => { title: string; lines: string[] };
}) {
  return (
    <ResponsiveContainer width="100%" height={props.height}>
      <AreaChart data={props.points} accessibilityLayer={false} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--app-border)" />
        <XAxis
          {...axis}
          dataKey="at"
          type="number"
          scale="time"
          domain={['dataMin', 'dataMax']}
          tickFormatter={props.tick}
          minTickGap={48}
        />
        <YAxis {...axis} width={48} tickCount={4} allowDecimals={false} tickFormatter={props.count} />
        <Tooltip
          isAnimationActive={false}
          content={({ active, payload }) =>
            active && payload.length > 0 ? <ChartTip {...props.tip(payload[0].payload as SizePoint)} /> : null
          }
        />
        <Area
          type="linear"
          dataKey="size"
          stroke="var(--mantine-color-indigo-5)"
          strokeWidth={2}
          fill="var(--mantine-color-indigo-light)"
          isAnimationActive={false}
          dot={props.points.length < FEW_POINTS && { r: 3, fill: 'var(--mantine-color-indigo-5)', strokeWidth: 0 }}
        />
      </AreaChart>
    </ResponsiveContainer>
  );
}
