import { idsIn } from './ids';

const [A, B] = ['01652fa0-0000-4000-8000-000000000001', '01652fa0-0000-4000-8000-000000000002'];

it('finds ids, each once, however they are written down', () => {
  expect(idsIn(`${A}, ${B.toUpperCase()};\n"${A}"`)).toEqual({ ids: [A, B], wrong: [] });
  expect(idsIn(`${A} ana@example.com`)).toEqual({ ids: [A], wrong: ['ana@example.com'] });
  expect(idsIn('  ')).toEqual({ ids: [], wrong: [] });
});
