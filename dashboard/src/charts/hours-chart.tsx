import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { axis, ChartTip } from './chart-parts';

interface HourPoint {
  hour: string;
  sent: number;
  failed: number;
}

/** What was sent and what failed, hour by hour, one above the other. */
export default function HoursChart(props: {
  hours: HourPoint[];
  height: number;
  tick: (hour: string) => string;
  count: (count: number) => string;
  tip: (point: HourPoint) => { title: string; lines: string[] };
}) {
  return (
    <ResponsiveContainer width="100%" height={props.height}>
      <BarChart
        data={props.hours}
        accessibilityLayer={false}
        margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
        barCategoryGap="18%"
      >
        <CartesianGrid vertical={false} stroke="var(--app-border)" />
        <XAxis {...axis} dataKey="hour" tickFormatter={props.tick} minTickGap={24} />
        <YAxis {...axis} width={48} tickCount={4} allowDecimals={false} tickFormatter={props.count} />
        <Tooltip
          cursor={{ fill: 'var(--app-border)', fillOpacity: 0.4 }}
          isAnimationActive={false}
          content={({ active, payload }) =>
            active && payload.length > 0 ? <ChartTip {...props.tip(payload[0].payload as HourPoint)} /> : null
          }
        />
        <Bar dataKey="sent" stackId="settled" fill="var(--mantine-color-teal-8)" isAnimationActive={false} />
        <Bar dataKey="failed" stackId="settled" fill="var(--mantine-color-red-6)" isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}
