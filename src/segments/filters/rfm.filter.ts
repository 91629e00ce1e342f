import { join, raw, sql, type Sql } from '../../common/sql';
import { dimensions, type Rfm, rfmValue } from './rfm.value';
import type { StandingFilter } from './segment-filter';
import { theLastDays } from './wording';

/**
 * Scores of recency, frequency and monetary value by quintiles, as direct marketing has used them since A. M. Hughes (Strategic
 * Database Marketing, 1994), who cut a sorted list into five equal parts. Here the scores are cut at values and not at places in a
 * list, so that equal customers always score alike; the groups are of equal size only where there are no ties.
 *
 * The population is every active customer with a purchase in the window, `as_of` − N × 24 hours to `as_of`, both ends included. Of each
 * of them: the time since the last purchase, the number of purchases, the sum of their amounts, all in the window. The cut points, where
 * none are given, are `percentile_disc` 0.2, 0.4, 0.6 and 0.8 of the population: values that some customer has. A value exceeds a cut
 * point when it is greater. Frequency and monetary score 1 + the cut points exceeded; recency scores 5 − those, so that recent is 5.
 */
export const rfm = {
  key: 'rfm',
  asks: 'standing',
  description:
    'How the customer stands among all who bought in the last `window_days`: recency, frequency and monetary scores from 1 (least) to 5 (best), at least one of the three, each as [from, to].',
  edges: [
    'Who bought nothing in the window has no score and does not hold, not even for [1, 5].',
    'It looks at all purchases in its own window: `stores_in`, `last_days` and the other filters of the set narrow neither those nor the customers compared with.',
    'Equal customers score alike. With many ties the groups are of unequal size, and some scores may be nobody’s: where four fifths bought once, those score frequency 1 and all others 5.',
    'Where no cut points are given, a customer’s score changes with the others’ purchases. Give `cut_points` for scores that mean the same next month.',
    'An amount that is NaN has no monetary score.',
  ],
  example: { window_days: 365, recency: [4, 5], monetary: [5, 5] },
  value: rfmValue(),
  reads: (value) => {
    const scores = dimensions.flatMap((dimension) => {
      const [from, to] = value[dimension] ?? [];
      return from === undefined ? [] : [`${from === to ? from : `${from} to ${to}`} for ${spoken[dimension]}`];
    });
    const cuts = value.cut_points ? ` by the cut points ${JSON.stringify(value.cut_points)}` : '';
    return `score ${new Intl.ListFormat('en').format(scores)}${cuts} among all who bought in ${theLastDays(value.window_days)}`;
  },
  sql: (value, asOf) => {
    const asked = dimensions.filter((dimension) => value[dimension] !== undefined);
    const each = (of: (dimension: Dimension) => Sql, between = ',\n    ') => join(asked.map(of), between);
    return sql`WITH bought AS MATERIALIZED (
  SELECT b.user_id, extract(epoch FROM ${asOf} - b.last) AS recency, b.frequency, b.monetary
  FROM (
    SELECT p.user_id, max(p.purchase_date) AS last, count(*) AS frequency, nullif(sum(p.total_amount::numeric), 'NaN') AS monetary
    FROM purchase_history p
    WHERE p.purchase_date BETWEEN ${asOf} - make_interval(hours => ${value.window_days * 24}::int) AND ${asOf}
    GROUP BY p.user_id
  ) b
  JOIN users u ON u.id = b.user_id AND u.is_active IS NOT FALSE
), cuts AS (
  SELECT
    ${each((dimension) => sql`${cutPoints(value, dimension)} AS ${raw(dimension)}`)}
), scored AS (
  SELECT bought.*,
    ${each((dimension) => sql`${score(dimension)} AS ${raw(dimension)}_score`)}
  FROM bought CROSS JOIN cuts
)
SELECT s.user_id,
  coalesce(${each((dimension) => within(value[dimension]!, dimension), ' AND ')}, false) AS holds,
  jsonb_build_object(
    'recency_days', round(s.recency / 86400, 6), 'frequency', s.frequency, 'monetary', s.monetary,
    'scores', jsonb_build_object(${each((dimension) => raw(`'${dimension}', s.${dimension}_score`), ', ')})
  ) AS actual
FROM scored s`;
  },
} as const satisfies StandingFilter<Rfm>;

const spoken = { recency: 'recency', frequency: 'frequency', monetary: 'spending' };

type Dimension = (typeof dimensions)[number];

/** An array of four. Recency is in seconds, which are exact where days are not. */
function cutPoints({ cut_points = {} }: Rfm, dimension: Dimension): Sql {
  const given = cut_points[dimension === 'recency' ? 'recency_days' : dimension];
  const unit = raw(dimension === 'recency' ? ' * 86400' : '');
  if (given) return sql`ARRAY[${join(given.map((cut) => sql`${cut}::numeric${unit}`))}]`;
  const value = raw(`bought.${dimension}`);
  return sql`(SELECT percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY ${value}) FROM bought)`;
}

function score(dimension: Dimension): Sql {
  const exceeded = [1, 2, 3, 4].map((i) => `(bought.${dimension} > cuts.${dimension}[${i}])::int`).join(' + ');
  return raw(dimension === 'recency' ? `5 - (${exceeded})` : `1 + ${exceeded}`);
}

const within = ([from, to]: number[], dimension: Dimension): Sql =>
  sql`s.${raw(dimension)}_score BETWEEN ${from}::int AND ${to}::int`;
