import { isUuid } from '../../../components/is-uuid';

/** More segments than this make more combinations than anybody reads: 2⁶ − 1 are 63. */
export const MOST_COMPARED = 6;

export const overlapPath = (ids: readonly string[]): string => `/segments/overlap?ids=${ids.join(',')}`;

/** The segments that an address names: each once, no more than can be compared, and nothing that is no id. */
export const idsIn = (params: URLSearchParams): string[] =>
  [
    ...new Set(
      (params.get('ids') ?? '')
        .split(',')
        .map((id) => id.trim().toLowerCase())
        .filter(isUuid),
    ),
  ].slice(0, MOST_COMPARED);
