import { inWholeUnits } from './limits';

it.each([
  [1_048_576, 1, 'mebibytes'],
  [262_144, 256, 'kibibytes'],
  [1_000, 1_000, 'bytes'],
  [1_048_577, 1_048_577, 'bytes'],
] as const)('reads %i bytes as %i %s', (bytes, value, unit) => {
  expect(inWholeUnits({ value: bytes, unit: 'bytes' })).toEqual({ value, unit });
});

it('leaves what is no bytes as it is', () => {
  expect(inWholeUnits({ value: 1024, unit: 'items' })).toEqual({ value: 1024, unit: 'items' });
});
