import { queryOptions, useQuery } from '@tanstack/react-query';
import { answer, api, read, type Schema } from '../../api/client';
import type { NameOf } from './rules/reading';
import { type Rule, segmentsNamed } from './rules/rule';

/** More segments than this are not offered by name. */
const MOST_NAMES = 1000;

/** A segment with the version it is of, for If-Match. */
export const segmentQuery = (id: string) =>
  queryOptions({
    queryKey: ['segments', id],
    queryFn: async ({ signal }) => {
      const { body, headers } = await answer(
        api.GET('/segments/{segment_id}', { params: { path: { segment_id: id } }, signal }),
      );
      return { segment: body, etag: headers.get('ETag') ?? '*' };
    },
  });

/** Every segment, for the names. */
export const segmentNamesQuery = queryOptions({
  queryKey: ['segments', 'names'],
  queryFn: ({ signal }) => read(api.GET('/segments', { params: { query: { limit: MOST_NAMES, total: false } }, signal })),
  staleTime: 60_000,
});

/** The names of the segments these rules refer to; nothing is asked where they refer to none. */
export function useSegmentNames(rules: readonly (Rule | undefined)[]): NameOf {
  const names = useQuery({
    ...segmentNamesQuery,
    enabled: rules.some((rule) => rule !== undefined && segmentsNamed(rule).length > 0),
  });
  return (id) => names.data?.find((segment) => segment.id === id.toLowerCase())?.name;
}

/** The conditions there are. They change with the service only. */
export const filtersQuery = queryOptions({
  queryKey: ['segments', 'filters'],
  queryFn: ({ signal }) => read(api.GET('/segments/filters', { signal })),
  staleTime: Infinity,
});
export type FilterView = Schema<'FilterView'>;

/** Values of a filter to choose from, out of the data. */
export const filterValuesQuery = (filter: string, search: string) =>
  queryOptions({
    queryKey: ['segments', 'filters', filter, 'values', search],
    queryFn: ({ signal }) =>
      read(
        api.GET('/segments/filters/{filter_key}/values', {
          params: { path: { filter_key: filter }, query: { search: search || undefined, limit: 50 } },
          signal,
        }),
      ),
    staleTime: 5 * 60_000,
  });
