interface ApiTag {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Of the addresses in it. The first tag that has an address is its own. */
  readonly paths: RegExp;
}

/** The groups of the API document, in the order in which the page shows them. */
export const apiTags: readonly ApiTag[] = [
  { name: 'Overview', description: 'How the shop and its messages are doing, in figures.', paths: /^\/overview\// },
  {
    name: 'Customers',
    description: 'One customer: what they bought, where they are, what is kept of them.',
    paths: /^\/customers(\/|$)/,
  },
  {
    name: 'Looking at segments',
    description: 'Whom a rule reaches, why, how many and how that changed. Nothing is sent.',
    paths: /^\/segments\/(preview|overlap|[^/]+\/(preview-users|count|users|users\.csv|explain|sizes)\b)|^\/column-index$/,
  },
  { name: 'Segments', description: 'Saved rules over customers and their purchases.', paths: /^\/segments(\/|$)/ },
  {
    name: 'Schedules',
    description: 'When a campaign is dispatched by itself, once or again and again.',
    paths: /^\/campaigns\/[^/]+\/schedule(\/|$)/,
  },
  {
    name: 'Dispatches',
    description: 'Runs of a campaign: dry runs, tests and the real one; how far they are, and what they changed.',
    paths: /^\/campaigns\/[^/]+\/(dispatch|dispatches|test-send|results)$|^\/dispatches(\/|$)/,
  },
  {
    name: 'Campaigns',
    description: 'A message, the segments it goes to, and rules of delivery.',
    paths: /^\/campaigns(\/|$)/,
  },
  {
    name: 'Notifications',
    description: 'One message to one customer, and what workers report of it.',
    paths: /^\/notifications(\/|$)/,
  },
  { name: 'Suppressions', description: 'Customers who must not be messaged.', paths: /^\/suppressions(\/|$)/ },
  { name: 'Webhooks', description: 'Events that the service sends to others.', paths: /^\/webhooks(\/|$)/ },
  { name: 'Unsubscribing', description: 'Where the links in messages lead.', paths: /^\/unsubscribe(\/|$)/ },
  { name: 'Model', description: 'Text from the language model.', paths: /^\/ai\// },
  { name: 'Audit', description: 'Who changed what, and who was refused.', paths: /^\/audit(\/|$)/ },
  {
    name: 'Service',
    description: 'What this is, how it is set up, and whether it is well.',
    paths: /^\/$|^\/health(\/|$)|^\/metrics$|^\/settings(\/|$)|^\/me$/,
  },
];
