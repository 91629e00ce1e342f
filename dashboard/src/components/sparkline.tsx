const [WIDTH, HEIGHT, PADDING] = [96, 24, 2];

/** How a figure went, oldest first, without axes: the figure itself stands beside it. Drawn by hand, so that lists need no chart library. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (i: number) => PADDING + (i / (values.length - 1)) * (WIDTH - 2 * PADDING);
  const y = (value: number) =>
    high === low ? HEIGHT / 2 : HEIGHT - PADDING - ((value - low) / (high - low)) * (HEIGHT - 2 * PADDING);
  const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <polyline
        points={points}
        fill="none"
        stroke="var(--mantine-color-indigo-5)"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx={x(values.length - 1)} cy={y(values[values.length - 1])} r="2" fill="var(--mantine-color-indigo-5)" />
    </svg>
  );
}
