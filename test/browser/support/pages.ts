/** What the addresses of pages need. */
export interface Things {
  segments: string[];
  campaign: string;
  dispatch: string;
  notification: string;
  customer: string;
}

/** Every page, by a name for pictures and tests. A new page is a line here. */
export const pages: Record<string, (things: Things) => string> = {
  overview: () => '/',
  segments: () => '/segments',
  segment: ({ segments }) => `/segments/${segments[0]}`,
  'segment-builder': ({ segments }) => `/segments/${segments[0]}/edit`,
  'segment-overlap': ({ segments }) => `/segments/overlap?ids=${segments.slice(0, 6).join(',')}`,
  campaigns: () => '/campaigns',
  campaign: ({ campaign }) => `/campaigns/${campaign}`,
  'campaign-wizard': ({ campaign }) => `/campaigns/${campaign}/edit`,
  dispatches: () => '/dispatches',
  dispatch: ({ dispatch }) => `/dispatches/${dispatch}`,
  notifications: () => '/notifications',
  notification: ({ notification }) => `/notifications/${encodeURIComponent(notification)}`,
  customers: () => '/customers',
  customer: ({ customer }) => `/customers/${customer}`,
  suppressions: () => '/suppressions',
  audit: () => '/audit',
  settings: () => '/settings',
};
