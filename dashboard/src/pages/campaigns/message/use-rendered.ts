import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, read } from '../../../api/client';
import { fieldsOf, type KnownCustomer, type MessageText, render, type RenderedText } from './template';

/**
 * What a customer reads. Of a message that is saved the service says so itself; of one that is not it is reckoned here, from what is known
 * of the customer, by the same grammar. Without a customer: what somebody of whom nothing is known reads.
 * @param saved the campaign whose message this is, in this version; undefined where it is not saved
 */
export function useRendered(
  text: MessageText,
  customerId: string | null,
  saved: { id: string; version: string } | undefined,
): { text: RenderedText; isSettled: boolean; isByService: boolean; error: Error | null } {
  const fields = [...fieldsOf(text.title), ...fieldsOf(text.message)];
  const byService = saved !== undefined && customerId !== null;
  const rendered = useQuery({
    queryKey: ['rendered', saved?.id, saved?.version, customerId],
    queryFn: ({ signal }) =>
      read(
        api.POST('/campaigns/{campaign_id}/render', {
          params: { path: { campaign_id: saved?.id ?? '' }, query: { user_id: customerId ?? '' } },
          body: {},
          signal,
        }),
      ),
    enabled: byService,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  // the address in full only where the message shows it
  const reveal = fields.includes('email') ? ('email' as const) : undefined;
  const customer = useQuery({
    queryKey: ['customers', customerId, 'known', reveal],
    queryFn: ({ signal }) =>
      read(api.GET('/customers/{user_id}', { params: { path: { user_id: customerId ?? '' }, query: { reveal } }, signal })),
    enabled: !byService && customerId !== null && fields.length > 0,
    staleTime: 60_000,
  });
  if (byService && rendered.data)
    return { text: rendered.data, isSettled: !rendered.isPlaceholderData, isByService: true, error: rendered.error };
  const known: KnownCustomer = customerId === null ? null : (customer.data ?? null);
  return {
    text: render(text, known),
    isSettled: customerId === null || fields.length === 0 || customer.data !== undefined,
    isByService: false,
    error: byService ? rendered.error : customer.error,
  };
}
