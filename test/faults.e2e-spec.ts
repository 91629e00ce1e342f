import { type Builds, takeBuild } from './faults/build';
import { dispatchFaults } from './faults/dispatch';
import { mutantNames } from './faults/mutants';
import { applyMutant, workerMutantNames } from './faults/worker-mutants';
import { workerFaults } from './faults/workers';
import { freshDatabase } from './support/database';
import { buildService } from './support/service-process';

const seed = Date.now() % 1_000_000;
let builds: Builds;
beforeAll(() => {
  buildService();
  builds = takeBuild();
}, 120_000);
afterAll(() => builds.remove());

// npm run test:faults has more kills, crashes of the server and every mutant
describe('dispatches, with processes killed in every window and connections cut', () => {
  it('lose nobody, notify nobody twice and are dispatched when they say so', async () => {
    const outcome = await dispatchFaults({ builds, kills: 12, seed });

    expect(outcome).toMatchObject({ seed, found: [], kills: 12, lost: 0, duplicates: 0, false_dispatched: 0 });
    expect(Object.values(outcome.windows)).not.toContain(0);
  }, 300_000);

  it('are caught where a chunk with nothing to write is taken for the end', async () => {
    const outcome = await dispatchFaults({ builds, kills: 0, seed, mutant: 'finished-on-empty-batch' });

    expect(outcome).toMatchObject({ seed, caught: true });
    expect(outcome.false_dispatched).toBeGreaterThan(0);
  }, 300_000);
});

describe('deliveries, with workers killed in every window and stopped until others have what they hold', () => {
  it('lose nothing, are settled once, and give nothing up but what kills its workers', async () => {
    const outcome = await workerFaults({ builds, kills: 16, pauses: 4, seed });

    expect(outcome).toMatchObject({ seed, found: [], kills: 16, lost: 0, double_settles: 0, innocents_dead: 0 });
    expect(Object.values(outcome.windows)).not.toContain(0);
  }, 300_000);
});

describe('what the mutants take out', () => {
  it.each(mutantNames)('is where it was, of %s', (name) => {
    expect(() => builds.make(name)).not.toThrow();
  });

  it.each(workerMutantNames)('is where it was, of %s', async (name) => {
    const db = await freshDatabase();

    await expect(applyMutant(db, name)).resolves.toBeUndefined();

    await db.drop();
  });
});
