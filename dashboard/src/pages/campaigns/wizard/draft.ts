import type { Schema } from '../../../api/client';
import { hasTitle, templateFaults } from '../message/template';

type Campaign = Schema<'CampaignView'>;

/** A campaign as it is being written: texts are never null, and what is switched off keeps what was entered. */
export interface Draft {
  name: string;
  description: string;
  channel: Campaign['channel'];
  title: string;
  message: string;
  segment_ids: string[];
  excluded_segment_ids: string[];
  hasCap: boolean;
  capMax: number;
  capDays: number;
  holdout_percent: number;
  once_per_customer: boolean;
  /** An instant, or null. */
  not_after: string | null;
}

export const STEPS = ['message', 'audience', 'rules', 'review'] as const;
export type Step = (typeof STEPS)[number];

export const emptyDraft = (segmentIds: string[]): Draft => ({
  name: '',
  description: '',
  channel: 'webpush',
  title: '',
  message: '',
  segment_ids: segmentIds,
  excluded_segment_ids: [],
  hasCap: false,
  capMax: 3,
  capDays: 7,
  holdout_percent: 0,
  once_per_customer: true,
  not_after: null,
});

export const draftOf = (campaign: Campaign): Draft => ({
  name: campaign.name,
  description: campaign.description,
  channel: campaign.channel,
  title: campaign.title ?? '',
  message: campaign.message,
  segment_ids: campaign.segment_ids,
  excluded_segment_ids: campaign.excluded_segment_ids,
  hasCap: campaign.frequency_cap !== null,
  capMax: campaign.frequency_cap?.max ?? 3,
  capDays: campaign.frequency_cap?.per_days ?? 7,
  holdout_percent: campaign.holdout_percent,
  once_per_customer: campaign.once_per_customer,
  not_after: campaign.not_after,
});

/** What is saved of a draft. A channel without a title has none. */
export const bodyOf = (draft: Draft) => ({
  name: draft.name.trim(),
  description: draft.description.trim(),
  channel: draft.channel,
  title: hasTitle(draft.channel) && draft.title.trim() ? draft.title.trim() : null,
  message: draft.message,
  segment_ids: draft.segment_ids,
  excluded_segment_ids: draft.excluded_segment_ids,
  frequency_cap: draft.hasCap ? { max: draft.capMax, per_days: draft.capDays } : null,
  holdout_percent: draft.holdout_percent,
  once_per_customer: draft.once_per_customer,
  not_after: draft.not_after,
});
type Body = ReturnType<typeof bodyOf>;
export type Field = keyof Body;

const FIELDS = [
  'name',
  'description',
  'channel',
  'title',
  'message',
  'segment_ids',
  'excluded_segment_ids',
  'frequency_cap',
  'holdout_percent',
  'once_per_customer',
  'not_after',
] as const satisfies readonly Field[];

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The fields in which two drafts are saved differently. */
export function changedFields(from: Draft, to: Draft): Field[] {
  const [before, after] = [bodyOf(from), bodyOf(to)];
  return FIELDS.filter((field) => !same(before[field], after[field]));
}

/** Only what differs, so that nothing is written over that somebody else changed. */
export function changesOf(from: Draft, to: Draft): Partial<Body> {
  const body = bodyOf(to);
  return Object.fromEntries(changedFields(from, to).map((field) => [field, body[field]]));
}

/** Where in a draft a field is kept. */
const KEPT: Readonly<Record<Field, (draft: Draft) => Partial<Draft>>> = {
  name: ({ name }) => ({ name }),
  description: ({ description }) => ({ description }),
  channel: ({ channel }) => ({ channel }),
  title: ({ title }) => ({ title }),
  message: ({ message }) => ({ message }),
  segment_ids: ({ segment_ids }) => ({ segment_ids }),
  excluded_segment_ids: ({ excluded_segment_ids }) => ({ excluded_segment_ids }),
  frequency_cap: ({ hasCap, capMax, capDays }) => ({ hasCap, capMax, capDays }),
  holdout_percent: ({ holdout_percent }) => ({ holdout_percent }),
  once_per_customer: ({ once_per_customer }) => ({ once_per_customer }),
  not_after: ({ not_after }) => ({ not_after }),
};

/** Theirs with what I changed of what both began with. */
export function merged(base: Draft, mine: Draft, theirs: Draft): Draft {
  return changedFields(base, mine).reduce((draft, field) => ({ ...draft, ...KEPT[field](mine) }), theirs);
}

/** Fields that they changed; `isMine` where I changed the same one, to something else. */
export function theirChanges(base: Draft, mine: Draft, theirs: Draft): { field: Field; isMine: boolean }[] {
  const own = changedFields(base, mine);
  const differing = changedFields(mine, theirs);
  return changedFields(base, theirs).map((field) => ({ field, isMine: own.includes(field) && differing.includes(field) }));
}

export type Fault =
  | 'name-missing'
  | 'name-long'
  | 'title-long'
  | 'title-template'
  | 'message-missing'
  | 'message-long'
  | 'message-template'
  | 'segment-missing'
  | 'segment-both'
  | 'cap'
  | 'holdout'
  | 'not-after-past';

const length = (text: string) => [...text].length;
const isWithin = (value: number, low: number, high: number) => value >= low && value <= high;

/** What keeps a draft from being saved, by the step where it is mended. */
export function faultsOf(draft: Draft, saved: Draft | undefined, now: number): Record<Step, Fault[]> {
  const when = (holds: boolean, fault: Fault): Fault[] => (holds ? [fault] : []);
  const titled = hasTitle(draft.channel);
  return {
    message: [
      ...when(draft.name.trim() === '', 'name-missing'),
      ...when(length(draft.name.trim()) > 200, 'name-long'),
      ...when(titled && length(draft.title.trim()) > 200, 'title-long'),
      ...when(titled && templateFaults(draft.title).length > 0, 'title-template'),
      ...when(draft.message.trim() === '', 'message-missing'),
      ...when(length(draft.message) > 10_000, 'message-long'),
      ...when(templateFaults(draft.message).length > 0, 'message-template'),
    ],
    audience: [
      ...when(draft.segment_ids.length === 0, 'segment-missing'),
      ...when(
        draft.segment_ids.some((id) => draft.excluded_segment_ids.includes(id)),
        'segment-both',
      ),
    ],
    rules: [
      ...when(draft.hasCap && !(isWithin(draft.capMax, 1, 1000) && isWithin(draft.capDays, 1, 365)), 'cap'),
      ...when(!isWithin(draft.holdout_percent, 0, 99), 'holdout'),
      ...when(
        draft.not_after !== null && draft.not_after !== saved?.not_after && new Date(draft.not_after).getTime() <= now,
        'not-after-past',
      ),
    ],
    review: [],
  };
}
