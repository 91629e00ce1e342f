import { useMemo } from 'react';
import { useFormat } from '../../../i18n/use-format';

/** Differences, with their sign. */
export function useSigned() {
  const format = useFormat();
  return useMemo(() => {
    const sign = (value: number, text: string) => (value > 0 ? `+${text}` : value < 0 ? `−${text}` : text);
    const one = (value: number) => format.number(Math.round(Math.abs(value) * 10) / 10);
    return {
      number: (value: number) => sign(value, one(value)),
      whole: (value: number) => sign(Math.round(value), format.number(Math.abs(Math.round(value)))),
      money: (value: number) => sign(value, format.money(Math.abs(value))),
      wholeMoney: (value: number) => sign(Math.round(value), format.money(Math.abs(Math.round(value)), 0)),
    };
  }, [format]);
}
