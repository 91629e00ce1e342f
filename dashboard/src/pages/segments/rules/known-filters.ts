/** The filters that have words of their own here. Others are called by their key, and explained by what the service says of them. */
export const knownFilters = [
  'last_days',
  'purchased_from',
  'purchased_to',
  'stores_in',
  'is_market_store',
  'ticket_types_in',
  'products_contain',
  'min_total_spent',
  'max_total_spent',
  'min_num_purchases',
  'max_num_purchases',
  'min_average_spent',
  'first_purchase_within_days',
  'not_purchased_for_days',
  'preferences_contains',
  'inferred_preferences_contain',
  'registered_within_days',
  'roles_in',
  'user_ids_in',
  'rfm',
] as const;
export type KnownFilter = (typeof knownFilters)[number];

export const isKnown = (key: string): key is KnownFilter => (knownFilters as readonly string[]).includes(key);

/** Those that say which purchases count; the totals are asked of these purchases. */
export const scopeFilters: readonly string[] = [
  'last_days',
  'purchased_from',
  'purchased_to',
  'stores_in',
  'is_market_store',
  'ticket_types_in',
  'products_contain',
];

/** Those that ask what these purchases come to. */
export const totalFilters: readonly string[] = [
  'min_total_spent',
  'max_total_spent',
  'min_num_purchases',
  'max_num_purchases',
  'min_average_spent',
  'first_purchase_within_days',
  'not_purchased_for_days',
];

/** What a figure of theirs is: an explanation gives what is so in it, and how far off that is. */
export const unitOf: Readonly<Record<string, 'money' | 'purchases' | 'instant'>> = {
  min_total_spent: 'money',
  max_total_spent: 'money',
  min_average_spent: 'money',
  min_num_purchases: 'purchases',
  max_num_purchases: 'purchases',
  first_purchase_within_days: 'instant',
  not_purchased_for_days: 'instant',
  registered_within_days: 'instant',
};

/** Whose value is an amount. */
export const isMoney = (key: string): boolean => unitOf[key] === 'money';

/** Whose value is a number of days. */
export const isDays = (key: string): boolean => key === 'last_days' || unitOf[key] === 'instant';

/** `min_loyalty_tier` as `Min loyalty tier`. */
export const spokenKey = (key: string): string => {
  const words = key.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
