/** One line of what GET /metrics answers. */
export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** @throws where a line is none of the text format's */
export function parseMetrics(text: string): Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = LINE.exec(line) ?? fail(`no line of metrics: ${line}`);
      return { name, labels: labelsOf(labels), value: Number(value.replace('Inf', 'Infinity')) };
    });
}

const labelsOf = (text: string) => Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) => [name, value]));

/** What a rule of `deploy/alerts.yaml` gives: the series of which it is true, with the figure. */
type Vector = Pick<Series, 'labels' | 'value'>[];

/**
 * As much of PromQL as the rules use, over two scrapes: a selector is of the second; increase and delta are from the first to the second, over
 * whatever range they name; sum and max, by labels too; one vector by another; a comparison with a number.
 * @throws on anything else, so that no rule is passed by
 */
export function evaluate(expression: string, before: Series[], now: Series[]): Vector {
  const tokens = expression.match(/[a-zA-Z_]\w*|"[^"]*"|[\d.]+|==|!=|>=|<=|[(){}[\],=<>/]/g) ?? [];
  let at = 0;
  const peek = () => tokens[at];
  const take = (wanted?: string): string => {
    const token = tokens[at++] ?? fail(`${expression}: ends too early`);
    if (wanted !== undefined && token !== wanted) fail(`${expression}: ${wanted} expected, not ${token}`);
    return token;
  };
  const listed = (end: string, item: () => void) => {
    while (peek() !== end) {
      item();
      if (peek() === ',') take();
    }
    take(end);
  };

  function selector(name: string): { before: Series[]; now: Series[] } {
    const wanted: [string, string][] = [];
    if (peek() === '{') {
      take();
      listed('}', () => {
        const label = take();
        take('=');
        wanted.push([label, take().slice(1, -1)]);
      });
    }
    if (peek() === '[') {
      while (take() !== ']');
    }
    const of = (scrape: Series[]) =>
      scrape.filter((one) => one.name === name && wanted.every(([label, value]) => one.labels[label] === value));
    return { before: of(before), now: of(now) };
  }

  function operand(): Vector {
    const word = take();
    if (word === 'sum' || word === 'max') {
      const by: string[] = [];
      if (peek() === 'by') {
        take();
        take('(');
        listed(')', () => by.push(take()));
      }
      take('(');
      const inner = whole();
      take(')');
      return aggregate(word, by, inner);
    }
    if (word === 'increase' || word === 'delta') {
      take('(');
      const chosen = selector(take());
      take(')');
      return chosen.now.flatMap(({ labels, value }) => {
        const first = chosen.before.find((one) => same(one.labels, labels));
        return first ? [{ labels, value: value - first.value }] : []; // Prometheus too needs two values
      });
    }
    return selector(word).now;
  }

  function whole(): Vector {
    const left = operand();
    if (peek() !== '/') return left;
    take();
    const right = operand();
    return left.flatMap(({ labels, value }) => {
      const by = right.find((one) => same(one.labels, labels));
      return by ? [{ labels, value: value / by.value }] : [];
    });
  }

  const left = whole();
  const compare = take();
  const limit = Number(take());
  if (at < tokens.length || Number.isNaN(limit)) fail(`${expression}: more than this understands`);
  return left.filter(({ value }) => {
    if (compare === '>') return value > limit;
    if (compare === '<') return value < limit;
    return compare === '==' ? value === limit : fail(`${expression}: ${compare} is not understood`);
  });
}

function aggregate(how: 'sum' | 'max', by: string[], inner: Vector): Vector {
  const groups = new Map<string, Vector[number]>();
  for (const { labels, value } of inner) {
    const kept = Object.fromEntries(by.map((label) => [label, labels[label] ?? '']));
    const key = JSON.stringify(kept);
    const so = groups.get(key);
    const next = !so ? value : how === 'sum' ? so.value + value : Math.max(so.value, value);
    groups.set(key, { labels: kept, value: next });
  }
  return [...groups.values()];
}

const same = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value);

function fail(why: string): never {
  throw new Error(why);
}
