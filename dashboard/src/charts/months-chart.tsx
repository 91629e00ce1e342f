import { Bar, BarChart, CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { axis, ChartTip } from './chart-parts';

interface MonthPoint {
  month: string;
  revenue: number | null;
  purchases: number;
}

interface MonthsChartProps {
  months: MonthPoint[];
  /** How months and figures are written. */
  tick: (month: string) => string;
  money: (amount: number) => string;
  count: (count: number) => string;
  tip: (point: MonthPoint) => { title: string; lines: string[] };
}

const HEIGHT = 300;
const REVENUE_HEIGHT = 190;
const [FULL, SO_FAR] = ['var(--mantine-color-indigo-5)', 'var(--mantine-color-indigo-3)'];

/** Revenue above, purchases below, along one axis of months: two scales in one picture would invent a relation. The last month is paler: it is not over. */
export default function MonthsChart(props: MonthsChartProps) {
  const data = props.months.map((point, i) => ({
    ...point,
    fill: i === props.months.length - 1 ? SO_FAR : FULL,
    stroke: FULL,
  }));
  const tip = (
    <Tooltip
      cursor={{ fill: 'var(--app-border)', fillOpacity: 0.4 }}
      isAnimationActive={false}
      content={({ active, payload }) =>
        active && payload.length > 0 ? <ChartTip {...props.tip(payload[0].payload as MonthPoint)} /> : null
      }
    />
  );
  const common = { data, syncId: 'months', accessibilityLayer: false, margin: { top: 8, right: 8, bottom: 0, left: 0 } };
  return (
    <>
      <ResponsiveContainer width="100%" height={REVENUE_HEIGHT}>
        <BarChart {...common} barCategoryGap="22%">
          <CartesianGrid vertical={false} stroke="var(--app-border)" />
          <XAxis dataKey="month" hide />
          <YAxis {...axis} width={56} tickCount={4} tickFormatter={props.money} />
          {tip}
          <Bar dataKey="revenue" radius={[4, 4, 0, 0]} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
      <ResponsiveContainer width="100%" height={HEIGHT - REVENUE_HEIGHT}>
        <LineChart {...common}>
          <CartesianGrid vertical={false} stroke="var(--app-border)" />
          <XAxis {...axis} dataKey="month" tickFormatter={props.tick} scale="band" minTickGap={4} />
          <YAxis {...axis} width={56} tickCount={3} tickFormatter={props.count} />
          {tip}
          <Line
            dataKey="purchases"
            stroke="var(--mantine-color-teal-8)"
            strokeWidth={2}
            dot={false}
            activeDot={{ r: 4 }}
            isAnimationActive={false}
          />
        </LineChart>
      </ResponsiveContainer>
    </>
  );
}
