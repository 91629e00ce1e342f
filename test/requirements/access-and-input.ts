import type { Requirement } from './requirement';

const access = 'test/access.e2e-spec.ts';
const authService = 'src/auth/auth-service.spec.ts';
const authModule = 'src/auth/auth.module.spec.ts';
const fields = 'test/input.fields.e2e-spec.ts';
const limits = 'test/limits.e2e-spec.ts';

/** Who may do what, and what is let in. */
export const accessAndInput: readonly Requirement[] = [
  {
    id: 'R1',
    asks: 'Nothing is open that is not on a short list, whatever the method, the token, or the way an address is written.',
    holds: 'yes',
    proofs: [
      [
        access,
        'refuses %s with 401 wherever the document asks for a token',
        'is not fooled by another way to write an address: %s',
      ],
      [access, 'documents as open exactly what is open'],
    ],
  },
  {
    id: 'R2',
    asks: 'An auth service that fails, stalls, redirects or answers nonsense lets nobody in, and the caller is told to try again.',
    holds: 'yes',
    proofs: [
      [authService, 'what the auth service answers', 'does not follow a %i, so the token goes nowhere else'],
      [authModule, 'answers 503 with Retry-After when the auth service fails, and lets nobody in'],
    ],
  },
  {
    id: 'R3',
    asks: 'What is remembered of tokens is short, bounded, and asked for once by all who wait; whoever is revoked is out within a minute.',
    holds: 'yes',
    proofs: [
      [
        authService,
        'asks once for 200 requests at the same moment',
        'keeps an admin for less than 60 seconds: who is no longer one is out',
        'forgets the oldest of many made-up tokens instead of growing',
      ],
    ],
  },
  {
    id: 'R4',
    asks: 'JSON Web Tokens count by the configured keys, issuer, audience and algorithms alone; made-up keys cause no storm of questions.',
    holds: 'yes',
    proofs: [
      [
        'src/auth/jwt.spec.ts',
        'a forged token',
        'is fetched at most once in 30 seconds for keys it does not have',
        'serves for 10 minutes while the issuer is down, and then nobody is let in',
      ],
    ],
  },
  {
    id: 'R5',
    asks: 'Static tokens are compared in constant time, never stored or taken from an address, and replaced without a gap.',
    holds: 'partly',
    but: 'They stand in the configuration, and only digests of them in memory: there is no expiry, and nothing says when one was last used. 16 characters are demanded, not 128 bits. A rotation under load was not tried: two are valid at once.',
    proofs: [
      ['src/auth/static-tokens.spec.ts', 'takes every configured token, so that one can be replaced without a gap'],
      [access, 'is not fooled by another way to write an address: %s'],
    ],
  },
  {
    id: 'R6',
    asks: 'What only the service may set is refused in a body, and an answer has no field that the document does not name.',
    holds: 'yes',
    proofs: [
      [fields, 'what only the service may set', 'fields that nobody knows, at any level'],
      ['test/fuzz.e2e-spec.ts', 'finds nothing in an answer as it should be'],
      'npm run test:fuzz',
    ],
  },
  {
    id: 'R7',
    asks: 'Nothing is called but what was configured; private addresses are looked at when connecting, and redirects not followed.',
    holds: 'yes',
    proofs: [
      [
        'src/common/egress.spec.ts',
        'what leads into this network',
        'connects to what it looked at, over and over on one connection',
      ],
      [
        'test/webhook-delivery.e2e-spec.ts',
        'because the address is private now says so, and reaches nothing',
        'by a redirect goes nowhere else',
      ],
    ],
  },
  {
    id: 'R8',
    asks: 'A body is JSON in UTF-8 of a bounded size, also after it is unpacked; a parameter stands once.',
    holds: 'yes',
    proofs: [
      ['test/input.e2e-spec.ts', 'what a body may be sent as', 'how much a body may be'],
      ['test/input.query.e2e-spec.ts', 'query parameters that are refused'],
    ],
  },
  {
    id: 'R9',
    asks: 'Fields that nobody knows are refused, nothing is converted silently, and every text, number and list has its limits.',
    holds: 'yes',
    proofs: [
      ['test/input.limits.e2e-spec.ts', 'gives every text, number and list of every body its limits'],
      [fields, 'fields that nobody knows, at any level'],
    ],
  },
  {
    id: 'R10',
    asks: 'A body that is nested too deep is refused before anything walks it.',
    holds: 'yes',
    proofs: [
      ['test/input.e2e-spec.ts', 'one JSON object of sane size, not %s', 'the deepest and the largest that is allowed'],
    ],
  },
  {
    id: 'R11',
    asks: 'Every text is refused or comes back to the letter: no NUL, no half of a pair, no line end in a name.',
    holds: 'partly',
    but: 'Texts are not normalised (NFC): what was sent comes back, and two spellings of one name are two names.',
    proofs: [
      [
        'test/input.kept.e2e-spec.ts',
        'comes back to the letter, and finds whom it names',
        'is taken as a name where it is one line, and refused where it is not',
      ],
    ],
  },
  {
    id: 'R12',
    asks: 'Numbers are finite, in range and never rounded; money is exact.',
    holds: 'yes',
    proofs: [
      [fields, 'a number that is sent as a text is told so, and not that it is out of range'],
      [
        'test/input.kept.e2e-spec.ts',
        'keeps numbers of free JSON exactly',
        'compares amounts exactly, to the cent and at the largest',
      ],
    ],
  },
  {
    id: 'R13',
    asks: 'Instants are those of the calendar, from 1970 to 2200, and no word of PostgreSQL.',
    holds: 'yes',
    proofs: [
      ['src/common/validators.spec.ts', 'an instant'],
      ['test/input.query.e2e-spec.ts', 'as_of in every form an instant has'],
    ],
  },
  {
    id: 'R14',
    asks: 'A rule has a budget of conditions, levels and values, which the document states; a refusal stays small.',
    holds: 'yes',
    proofs: [
      ['test/rule-trees.e2e-spec.ts', 'the limits of a rule'],
      ['test/input.limits.e2e-spec.ts', 'gives every text, number and list of every body its limits'],
    ],
  },
  {
    id: 'R15',
    asks: 'A rule becomes words of ours and parameters; no value is ever part of a statement.',
    holds: 'yes',
    proofs: [
      ['test/sql-injection.e2e-spec.ts', 'has only words of ours, whatever its values are', '%s is a value, or refused'],
      ['test/filters.conformance.e2e-spec.ts', '%s alone'],
      'npm run test:sqlmap',
      'npm run lint',
    ],
  },
  {
    id: 'R16',
    asks: 'Lists are filtered by documented parameters only, and a question without its id finds nothing rather than the first row.',
    holds: 'yes',
    proofs: [
      ['test/input.query.e2e-spec.ts', 'a parameter that nobody knows, in whatever clothes'],
      ['test/session-settings.e2e-spec.ts', 'refuses to look for a row by an id that is not there'],
    ],
  },
  {
    id: 'R17',
    asks: 'A message has placeholders of a list and nothing else; what is inserted is never read again, and bounded.',
    holds: 'yes',
    proofs: [
      [
        'src/common/message-template.spec.ts',
        'a value stands in the text as it is, and is never read again',
        'rendering ends with a text within its bound',
      ],
    ],
  },
  {
    id: 'R19',
    asks: 'Every error is a problem of a stable type that says nothing of what is inside.',
    holds: 'yes',
    proofs: [
      ['test/fuzz.e2e-spec.ts', 'is not content with %s'],
      ['src/common/problem.spec.ts', 'are all explained in docs/errors.md, with their status'],
      'npm run test:fuzz',
    ],
  },
  {
    id: 'R60',
    asks: 'What one caller may ask is limited by who he is, and refusals by where they come from; neither by what he may write.',
    holds: 'yes',
    but: 'Each process counts by itself, in memory.',
    proofs: [
      [
        limits,
        'is told to wait, whatever else of his requests he changes, and nobody else is',
        'is what a trusted proxy says it is, and nobody else',
      ],
      [limits, 'has nobody asked about its tokens'],
    ],
  },
];
