const PAGES: Readonly<Record<string, string>> = { segments: 'segments', campaigns: 'campaigns', dispatches: 'dispatches' };

/** Where a text that mentions a customer can be read and changed; undefined where the dashboard has no such page. */
export const pageOfMention = (table: string, id: string): string | undefined =>
  Object.hasOwn(PAGES, table) ? `/${PAGES[table]}/${encodeURIComponent(id)}` : undefined;
