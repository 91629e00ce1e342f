import { Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { useFormat } from '../../../i18n/use-format';
import { columnsIn, type Upset } from './upset';
import classes from './upset-plot.module.css';

/** In pixels; rows and bars are as high as the style sheet has them at the left (16 px a rem). */
const [BARS, ROW, DOT, LABEL] = [224, 40, 7, 20];

/** Which segments share how many customers (Lex et al., UpSet, 2014): bars of the combinations above dots that say which. */
export function UpsetPlot(props: { segments: readonly Schema<'SegmentTotalView'>[]; upset: Upset }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const { segments, upset } = props;
  const { ref, width: room } = useElementSize();
  const { shown, width: column } = columnsIn(room, upset.combinations.length);
  const columns = upset.combinations.slice(0, shown);
  const hidden = upset.combinations.length - shown;
  const bar = Math.round(column * 0.6);
  const [width, height] = [shown * column, BARS + segments.length * ROW];
  const scale = (BARS - LABEL - 8) / Math.max(1, upset.largestCombination);
  const namesOf = (members: readonly boolean[]) =>
    format.list(segments.filter((_, i) => members[i]).map(({ name }) => name));
  const largest = columns[0];
  return (
    <>
      <div className={classes.plot}>
        <div className={classes.sets}>
          {segments.map(({ segment_id, name, total }) => (
            <div key={segment_id} className={classes.set}>
              <span className={classes.name} title={name}>
                {name}
              </span>
              <span className={classes.size}>{format.number(total)}</span>
              <span className={classes.track} aria-hidden>
                <span className={classes.fill} style={{ width: `${(total / Math.max(1, upset.largestSet)) * 100}%` }} />
              </span>
            </div>
          ))}
        </div>
        <div ref={ref} className={classes.columns} role="region" aria-label={t('overlap.combination')} tabIndex={0}>
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={t('overlap.plotLabel', {
              names: format.list(segments.map(({ name }) => name)),
              largest: largest ? namesOf(largest.members) : '–',
              formatted: format.number(largest?.exactly ?? 0),
            })}
          >
            {segments.map(
              ({ segment_id }, row) =>
                row % 2 === 0 && (
                  <rect key={segment_id} className={classes.stripe} x={0} y={BARS + row * ROW} width={width} height={ROW} />
                ),
            )}
            {columns.map(({ members, exactly }, i) => {
              const center = i * column + column / 2;
              const rows = members.flatMap((isIn, row) => (isIn ? [BARS + row * ROW + ROW / 2] : []));
              return (
                <g key={members.join()} className={classes.column}>
                  <title>{`${namesOf(members)}: ${format.number(exactly)}`}</title>
                  <rect className={classes.hit} x={i * column} y={0} width={column} height={height} />
                  <rect
                    className={classes.bar}
                    x={center - bar / 2}
                    y={BARS - 8 - Math.max(1, exactly * scale)}
                    width={bar}
                    height={Math.max(1, exactly * scale)}
                    rx={3}
                  />
                  <text className={classes.figure} x={center} y={BARS - 8 - Math.max(1, exactly * scale) - 6}>
                    {format.compact(exactly)}
                  </text>
                  {members.map((isIn, row) => (
                    <circle
                      key={row}
                      className={isIn ? classes.on : classes.off}
                      cx={center}
                      cy={BARS + row * ROW + ROW / 2}
                      r={DOT}
                    />
                  ))}
                  {rows.length > 1 && (
                    <line className={classes.link} x1={center} x2={center} y1={rows[0]} y2={rows[rows.length - 1]} />
                  )}
                </g>
              );
            })}
          </svg>
        </div>
      </div>
      <Text size="sm" c="dimmed" mt="md" maw="45rem">
        {t('overlap.plot')} {hidden > 0 && t('overlap.more', { count: hidden, formatted: format.number(hidden) })}
      </Text>
    </>
  );
}
