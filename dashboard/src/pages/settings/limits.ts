import type { Schema } from '../../api/client';

type Unit = Schema<'LimitView'>['unit'] | 'kibibytes' | 'mebibytes';

const STEPS: [Unit, number][] = [
  ['mebibytes', 1024 * 1024],
  ['kibibytes', 1024],
];

/** Bytes in the largest unit of which they are a whole number; everything else as it is. */
export function inWholeUnits({ value, unit }: Pick<Schema<'LimitView'>, 'value' | 'unit'>): { value: number; unit: Unit } {
  const step = unit === 'bytes' && STEPS.find(([, size]) => value >= size && value % size === 0);
  return step ? { value: value / step[1], unit: step[0] } : { value, unit };
}
