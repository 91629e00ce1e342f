import { queryOptions, useQuery } from '@tanstack/react-query';
import { answer, api, read } from '../../api/client';
import { useKeyset } from '../../api/keyset';
import { ApiProblem } from '../../api/problem';

export const useCustomers = (search: string, isShown: boolean) =>
  useKeyset(['customers', { search, isShown }], (cursor, signal) =>
    answer(
      api.GET('/customers', {
        params: { query: { limit: 50, cursor, ...(search && { search }), ...(isShown && { reveal: 'email' }) } },
        signal,
      }),
    ),
  );

/** `isShown`: with the address in full. */
export const useCustomer = (id: string, isShown: boolean) =>
  useQuery({
    queryKey: ['customers', id, { isShown }],
    queryFn: ({ signal }) =>
      read(
        api.GET('/customers/{user_id}', {
          params: { path: { user_id: id }, query: isShown ? { reveal: 'email' } : {} },
          signal,
        }),
      ),
    placeholderData: (previous) => (previous?.id === id ? previous : undefined),
  });

export const usePurchases = (id: string) =>
  useKeyset(['customers', id, 'purchases'], (cursor, signal) =>
    answer(
      api.GET('/customers/{user_id}/purchases', {
        params: { path: { user_id: id }, query: { limit: 10, cursor } },
        signal,
      }),
    ),
  );

export const useCustomerSegments = (id: string) =>
  useQuery({
    queryKey: ['customers', id, 'segments'],
    queryFn: ({ signal }) => read(api.GET('/customers/{user_id}/segments', { params: { path: { user_id: id } }, signal })),
  });

export const useCustomerNotifications = (id: string) =>
  useKeyset(['notifications', { user_id: id }], (cursor, signal) =>
    answer(api.GET('/notifications', { params: { query: { user_id: id, limit: 10, cursor } }, signal })),
  );

/** A customer has one for each channel at most, and one for all. */
export const useCustomerSuppressions = (id: string) =>
  useQuery({
    queryKey: ['suppressions', { user_id: id }],
    queryFn: ({ signal }) => read(api.GET('/suppressions', { params: { query: { user_id: id, total: false } }, signal })),
  });

/** What a model suggested last; null where nothing was. */
export const suggestionQuery = (id: string) =>
  queryOptions({
    queryKey: ['customers', id, 'suggestion'],
    queryFn: ({ signal }) =>
      read(api.GET('/ai/preferences/{user_id}', { params: { path: { user_id: id } }, signal })).catch((problem: unknown) => {
        if (problem instanceof ApiProblem && problem.type === 'inferred-preferences-not-found') return null;
        throw problem;
      }),
  });

/** As many as a suggestion is made of, newest first: those it rests on are among them, unless there are newer ones. */
export const useNewestPurchases = (id: string) =>
  useQuery({
    queryKey: ['customers', id, 'newest-purchases'],
    queryFn: ({ signal }) =>
      read(
        api.GET('/customers/{user_id}/purchases', {
          params: { path: { user_id: id }, query: { limit: 50, total: false } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });
