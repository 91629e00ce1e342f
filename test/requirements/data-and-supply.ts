import type { Requirement } from './requirement';

const subjects = 'test/subjects.e2e-spec.ts';
const drafts = 'src/ai/messages/message-drafts.service.spec.ts';

/** What gets out, is kept, and is installed. */
export const dataAndSupply: readonly Requirement[] = [
  {
    id: 'R33',
    asks: 'Webhooks follow Standard Webhooks, and their secrets are replaced without a gap.',
    holds: 'yes',
    proofs: [
      [
        'src/webhooks/signature.spec.ts',
        'is the one of the specification',
        'does not hold from another time: more than five minutes before or after',
      ],
      ['test/webhooks.e2e-spec.ts', 'that was replaced signs beside the new one for a day'],
    ],
  },
  {
    id: 'R45',
    asks: 'The model drafts texts and nothing else; a person sends them.',
    holds: 'partly',
    but: 'It has no tools, no credentials and no way to send. That a person has read the very text is not enforced: a campaign that was made without a message has the model’s, and an admin may dispatch it unread. The dashboard shows it before.',
    proofs: [
      ['test/ai.e2e-spec.ts', 'a campaign without a message'],
      ['test/ai-messages.e2e-spec.ts', 'makes messages that a campaign takes'],
    ],
  },
  {
    id: 'R46',
    asks: 'The model is told of groups of customers, never of one by name, address or words of theirs.',
    holds: 'yes',
    proofs: [
      ['test/ai-canaries.e2e-spec.ts', 'messages are drafted without anything of one customer, whatever stands in it'],
      [
        'test/ai-segments.e2e-spec.ts',
        'is nothing: a canary in every field that fewer than twenty share is in none, whatever is asked and answered',
      ],
    ],
  },
  {
    id: 'R47',
    asks: 'What the model writes is read as if a stranger had sent it: checked, stripped, bounded, or refused.',
    holds: 'yes',
    proofs: [
      [drafts, 'are asked for once more where none can be used, with what was wrong and none of what was written'],
      ['src/ai/plain-text.spec.ts', 'sees markup that comes into being when tags are taken out'],
      ['src/ai/answer-bytes.spec.ts', 'are read as far as the bound, and no byte beyond'],
    ],
  },
  {
    id: 'R49',
    asks: 'The dashboard runs our scripts only, asks nobody else, and shows every text as text.',
    holds: 'yes',
    but: 'There is no preview of HTML, and so no frame to sandbox.',
    proofs: [
      ['test/dashboard.e2e-spec.ts', 'is a page that needs no token and may do nothing but run our scripts and ask us'],
      ['test/browser/pages.browser-spec.ts', '%s can be used by everybody, runs nothing and asks nobody else'],
    ],
  },
  {
    id: 'R50',
    asks: 'Every answer has the headers that keep browsers from guessing, framing and keeping it; other origins are let in by exact name.',
    holds: 'yes',
    but: 'Strict-Transport-Security where a trusted proxy says that it spoke TLS; the service speaks none itself.',
    proofs: [
      [
        'test/headers.e2e-spec.ts',
        'has the headers that keep browsers from guessing, framing and keeping it: %s',
        'are told apart to the letter: %s',
      ],
      ['test/browser/sign-in.browser-spec.ts', 'ends with the tab, and with signing out'],
    ],
  },
  {
    id: 'R51',
    asks: 'The dashboard is usable by everybody: with the keyboard alone, narrow, in the dark, by WCAG 2.2 AA.',
    holds: 'yes',
    proofs: [
      ['test/browser/pages.browser-spec.ts', '%s can be used by everybody, runs nothing and asks nobody else'],
      ['test/browser/sending.browser-spec.ts', 'takes the keyboard alone, from the first page on'],
    ],
  },
  {
    id: 'R52',
    asks: 'What cannot be undone shows whom it is about, is confirmed by typing, and happens once however often somebody clicks.',
    holds: 'yes',
    proofs: [
      [
        'test/browser/sending.browser-spec.ts',
        'asks for the number above a hundred customers, the whole number and no other',
        'sends once, however often and fast the button is clicked',
      ],
    ],
  },
  {
    id: 'R53',
    asks: 'What is kept of a customer can be given out whole, and erased; nobody who was erased is messaged again.',
    holds: 'partly',
    but: 'The id stays, not a keyed hash: it names nobody once the row of `users` is gone, and that row is for its owner to remove. Somebody who registers anew is a new customer.',
    proofs: [
      [
        subjects,
        'leaves no word of them anywhere, and what is known of others',
        'the inventory has every column of our schema that can hold words, and no other',
      ],
      [subjects, 'keeps them from ever being messaged again: not lifted, not replaced, and left out when they come back'],
    ],
  },
  {
    id: 'R54',
    asks: 'No more of a customer is shown and kept than is needed; a spreadsheet runs nothing that a customer wrote.',
    holds: 'yes',
    but: 'Events, keys and dry runs go by themselves. Notifications go when `npm run retention` is run, which nobody has to; audiences, ids alone, are kept for good.',
    proofs: [
      ['test/customers.e2e-spec.ts', 'are listed by id, in pages, their addresses masked unless asked for'],
      ['test/retention.e2e-spec.ts', 'goes as a whole: no row of another is touched, and what was counted stays counted'],
      ['test/segment-csv.e2e-spec.ts', 'has a header and a line for every customer, in order, whatever their addresses are'],
    ],
  },
  {
    id: 'R55',
    asks: 'The log holds facts of a list: no token, no body, no prompt, nothing of a customer but the id.',
    holds: 'yes',
    proofs: [
      ['test/canary.e2e-spec.ts', 'says nothing of a customer, a prompt, a message or a token, whatever goes wrong'],
      ['src/common/logging.spec.ts', 'has the facts of the list, and no other'],
    ],
  },
  {
    id: 'R56',
    asks: 'A change of an admin and its entry in the audit log are one transaction, and what is altered later is seen.',
    holds: 'partly',
    but: 'An end that is cut off is not seen from inside; and whoever owns the database may take the trigger away, which the chain then shows. CI breaks 40 connections, `AUDIT_KILLS=500` more.',
    proofs: [
      ['test/audit.faults.e2e-spec.ts', 'has changed and said so, or neither, wherever its connection broke'],
      ['test/audit.chain.e2e-spec.ts', 'shows where %s, although the owner took the trigger away'],
      [
        'test/audit.refusals.e2e-spec.ts',
        'is kept where the caller is known, with what was wanted',
        'is that of the socket, whatever a header says',
      ],
    ],
  },
  {
    id: 'R58',
    asks: 'What is installed is pinned, whole, of known origin and licence, and not older than known faults.',
    holds: 'partly',
    but: 'No advisory database was asked: the registry used here has none (SECURITY.md). That a version is a week old is a rule for people.',
    proofs: [
      [
        'test/supply-chain.e2e-spec.ts',
        'the check of the lock file',
        'has a bill of materials of all there is',
        'asks for a model server and a Node that have no known fault that reaches us',
      ],
      'node scripts/lockcheck.mjs',
    ],
  },
  {
    id: 'R59',
    asks: 'A setting that is wrong or unsafe stops the start in one line that repeats no value.',
    holds: 'yes',
    proofs: [
      ['src/config/config.spec.ts', 'refuses %s in one clear line that does not repeat it'],
      ['test/start.e2e-spec.ts', 'lets nobody in rather than everybody: where no token can be kept, it does not start'],
    ],
  },
];
