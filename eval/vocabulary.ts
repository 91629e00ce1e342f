import type { FilterVocabulary } from '../src/segments/catalogue/filter-vocabulary.service';

const shared = (value: unknown, customers: number | null = null) => ({ value, customers });

const known: Readonly<Record<string, ReturnType<typeof shared>[]>> = {
  stores_in: ['Mercat Central', 'Forn Vell', 'La Botiga', 'Old Town', 'Mercat de Sants', 'Ñam Ñam'].map((name) =>
    shared(name),
  ),
  ticket_types_in: ['online', 'paper'].map((type) => shared(type)),
  roles_in: [shared('user', 1900), shared('vendor', 80), shared('admin', 20)],
  preferences_contains: [
    shared({ organic: true }, 400),
    shared({ diet: 'vegan' }, 300),
    shared({ diet: 'vegetarian' }, 210),
    shared({ newsletter: 'weekly' }, 150),
    shared({ likes: ['tea'] }, 120),
    shared({ likes: ['wine'] }, 80),
    shared({ home: { city: 'Reus' } }, 25),
    shared({ club: 'chess' }, 6),
  ],
};

/** What the data of the shop has in which sentences are asked: names that every case goes by. */
export const vocabulary: FilterVocabulary = { of: (key) => Promise.resolve(known[key] ?? []) };
