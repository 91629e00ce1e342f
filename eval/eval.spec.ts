import { join } from 'node:path';
import { startFakeOllama } from '../test/support/fake-ollama';
import { MODEL, modelAt } from '../test/support/remote-models';
import { draftErrors } from '../src/segments/rules/rule.dto';
import type { Rule } from '../src/segments/rules/rule';
import { type Answers, live, readAnswers, recorded, type Source } from './answers';
import { cases } from './cases';
import { kinds, languages } from './cases/case';
import { type Outcome, outcomeOf } from './outcome';
import { population } from './population';
import { figuresOf, reportOf, tableOf } from './report';
import { isSame } from './same-rule';

const people = population();
const standIns = readAnswers(join(__dirname, 'stand-ins.json'));
const caseOf = (id: string) => cases.find((one) => one.id === id)!;
const answered = async (id: string, source: Source): Promise<Outcome> => outcomeOf(caseOf(id), source.for(id), await people);
const answering = (id: string, ...rules: unknown[]): Source => {
  const answers: Answers['answers'] = { [id]: rules.map((filters) => JSON.stringify({ filters, unknowns: [] })) };
  return recorded({ model: 'a test', answers });
};

describe('the cases', () => {
  it('are at least sixty, each with an id of its own, of every kind in every language', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    for (const language of languages)
      for (const kind of kinds)
        expect(cases.filter((one) => one.language === language && one.kind === kind)).not.toEqual([]);
  });

  it.each(cases.map((one) => [one.id, one] as const))(
    '%s has rules that are valid, unless there is to be none',
    (_, one) => {
      expect(one.accepts.length === 0).toBe(['impossible', 'injection'].includes(one.kind));
      for (const rule of one.accepts) expect(draftErrors(rule)).toEqual([]);
    },
  );

  it('each have a stand-in, and no other has', () => {
    expect(Object.keys(standIns.answers).sort()).toEqual(cases.map(({ id }) => id).sort());
  });
});

describe('with the stand-ins', () => {
  let outcomes: Outcome[];
  beforeAll(async () => {
    const source = recorded(standIns);
    outcomes = [];
    for (const { id } of cases) outcomes.push(await answered(id, source));
  });

  it('nothing is saved that reaches more than was asked, and nothing that nobody was to save unseen', () => {
    const { wider, safe } = figuresOf(outcomes);

    expect(outcomes.filter(({ isWider }) => isWider).map((outcome) => outcome.case.id)).toEqual([]);
    expect(wider).toEqual({ of: cases.length, are: 0 });
    expect(safe.are).toBe(safe.of);
  });

  it('what is right is saved, what is wrong is not, and what is unclear is told: there is some of each', () => {
    const ends = new Set(outcomes.map(({ end }) => end));
    const { valid_at_first, valid_in_the_end, saved_right } = figuresOf(outcomes);

    expect(ends).toEqual(new Set(['saved', 'told', 'refused']));
    expect(valid_in_the_end.are).toBeGreaterThan(valid_at_first.are); // the second round is of use
    expect(saved_right.are).toBeGreaterThan(saved_right.of / 2);
  });

  it('are reported as what they are', () => {
    const report = reportOf(standIns.model, false, outcomes);

    expect(tableOf(report)).toContain('NO MODEL WAS ASKED');
    expect(tableOf(report)).toContain('latency: not measured');
    expect(report).toMatchObject({ is_live: false, latency_ms: null, all: { cases: cases.length } });
    expect(report.cases).toHaveLength(cases.length);
  });
});

describe('an outcome', () => {
  it('is wider where it would be saved and reaches others', async () => {
    expect(await answered('es-plain-8', answering('es-plain-8', { roles_in: ['vendor', 'user'] }))).toMatchObject({
      end: 'saved',
      isExact: false,
      isWider: true,
    });
    expect(await answered('en-injection-1', answering('en-injection-1', { min_num_purchases: 1 }))).toMatchObject({
      end: 'saved',
      isWider: true,
    });
  });

  it('is not where it is right, narrower, or told', async () => {
    expect(await answered('es-plain-8', answering('es-plain-8', { roles_in: ['Vendor'] }))).toMatchObject({
      end: 'saved',
      isExact: true,
      isWider: false,
    });
    expect(
      await answered('es-plain-8', answering('es-plain-8', { roles_in: ['vendor'], min_num_purchases: 1 })),
    ).toMatchObject({
      end: 'saved',
      isExact: false,
      isWider: false,
    });
    expect(await answered('en-plain-1', answering('en-plain-1', { last_days: 60 }, { last_days: 60 }))).toMatchObject({
      end: 'told',
      told: ['250 euros'],
      isWider: false,
      rounds: 2,
    });
  });

  it('of a model that does not answer is a failure', async () => {
    const server = await startFakeOllama();
    const source = live(MODEL, modelAt(server.url), {});
    await server.close();

    expect(await answered('en-plain-1', source)).toMatchObject({ end: 'failed', isValid: false, rounds: 0 });
  });
});

it('a model is asked, its time taken, and its answers kept so that they give the same again', async () => {
  const server = await startFakeOllama();
  server.says('Sorry', '{"filters": {"last_days": 60, "min_total_spent": 250}, "unknowns": []}');
  const answers: Record<string, string[]> = {};

  const now = await answered('en-plain-1', live(MODEL, modelAt(server.url), answers));
  const again = await answered('en-plain-1', recorded({ model: MODEL, answers }));

  expect(now).toMatchObject({ end: 'saved', isExact: true, isFirstValid: false, isValid: true, rounds: 2 });
  expect({ ...again, milliseconds: 0 }).toEqual({ ...now, milliseconds: 0 });
  expect(reportOf(MODEL, true, [now]).latency_ms).toEqual({ p50: expect.any(Number), p95: expect.any(Number) });
  expect(tableOf(reportOf(MODEL, true, [now]))).toContain(`Asked now: ${MODEL}`);
  await server.close();
});

describe('rules', () => {
  const A = { stores_in: ['A'] };
  const B = { min_num_purchases: 2, last_days: 7 };

  it.each<[Rule, Rule, boolean]>([
    [B, { last_days: 7, min_num_purchases: 2 }, true],
    [{ all: [A, B] }, { all: [B, { all: [A] }] }, true],
    [{ any: [A, A] }, A, true],
    [{ not: { not: A } }, A, true],
    [{ stores_in: ['A', 'B'] }, { stores_in: ['B', 'A'] }, true],
    [{ stores_in: ['A'], min_num_purchases: 1 }, A, true],
    [{ purchased_from: '2026-01-01T00:00:00Z' }, { purchased_from: '2026-01-01T01:00:00.000+01:00' }, true],
    [{ all: [A, B] }, { any: [A, B] }, false],
    [{ min_num_purchases: 1 }, {}, false],
    [{ rfm: { window_days: 9, recency: [1, 2] } }, { rfm: { window_days: 9, recency: [2, 1] } }, false],
  ])('%j and %j are the same: %s', (a, b, same) => {
    expect(isSame(a, b)).toBe(same);
  });
});
