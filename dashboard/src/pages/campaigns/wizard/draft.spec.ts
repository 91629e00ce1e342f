import type { Schema } from '../../../api/client';
import { bodyOf, changedFields, changesOf, draftOf, emptyDraft, faultsOf, merged, theirChanges } from './draft';

const CAMPAIGN: Schema<'CampaignView'> = {
  id: 'b2f4a6d0-6f0e-4a3b-9a55-0d1c2e3f4a5b',
  name: 'Harvest',
  description: '',
  title: 'Pumpkins',
  message: 'Come and see',
  channel: 'email',
  segment_ids: ['a'],
  excluded_segment_ids: [],
  frequency_cap: { max: 2, per_days: 5 },
  holdout_percent: 10,
  once_per_customer: true,
  not_after: null,
  is_active: true,
  created_at: '2026-11-22T10:00:00.000Z',
  updated_at: '2026-11-22T10:00:00.000Z',
};
const base = draftOf(CAMPAIGN);
const NOW = Date.parse('2026-11-22T10:00:00Z');

describe('a draft of a campaign', () => {
  it('that nobody touched changes nothing', () => {
    expect(changesOf(base, draftOf(CAMPAIGN))).toEqual({});
    expect(changesOf(base, { ...base, name: ' Harvest ' })).toEqual({});
  });

  it('changes only what was touched', () => {
    expect(changesOf(base, { ...base, message: 'Come', hasCap: false })).toEqual({ message: 'Come', frequency_cap: null });
    expect(changesOf(base, { ...base, hasCap: false, capMax: 9 })).toEqual({ frequency_cap: null });
  });

  it('has no title where the channel has none, and keeps it for when it has again', () => {
    const text = { ...base, channel: 'sms' as const };
    expect(bodyOf(text).title).toBeNull();
    expect(bodyOf({ ...text, channel: 'email' }).title).toBe('Pumpkins');
    expect(changedFields(base, text)).toEqual(['channel', 'title']);
  });

  it('of which somebody else changed another part has both changes', () => {
    const mine = { ...base, message: 'Mine', hasCap: false };
    const theirs = { ...base, name: 'Theirs', message: 'Theirs' };
    expect(merged(base, mine, theirs)).toEqual({ ...base, name: 'Theirs', message: 'Mine', hasCap: false });
    expect(theirChanges(base, mine, theirs)).toEqual([
      { field: 'name', isMine: false },
      { field: 'message', isMine: true },
    ]);
  });

  it('in which both changed the same to the same has no conflict', () => {
    const both = { ...base, name: 'Same' };
    expect(theirChanges(base, both, both)).toEqual([{ field: 'name', isMine: false }]);
  });
});

describe('what keeps a draft from being saved', () => {
  it('is nothing where it can be', () => {
    expect(Object.values(faultsOf(base, base, NOW)).flat()).toEqual([]);
  });

  it('is said at its step', () => {
    expect(faultsOf(emptyDraft([]), undefined, NOW)).toEqual({
      message: ['name-missing', 'message-missing'],
      audience: ['segment-missing'],
      rules: [],
      review: [],
    });
  });

  it.each([
    [{ message: 'Hello {{ name }}' }, 'message-template'],
    [{ title: '{{ preferences.x }}' }, 'title-template'],
    [{ name: 'x'.repeat(201) }, 'name-long'],
    [{ message: 'x'.repeat(10_001) }, 'message-long'],
    [{ excluded_segment_ids: ['a'] }, 'segment-both'],
    [{ capMax: 0 }, 'cap'],
    [{ holdout_percent: 100 }, 'holdout'],
    [{ not_after: '2026-11-22T09:00:00Z' }, 'not-after-past'],
  ])('is said: %j', (change, fault) => {
    expect(Object.values(faultsOf({ ...base, ...change }, base, NOW)).flat()).toEqual([fault]);
  });

  it('is not an end that has passed and was there before', () => {
    const over = { ...base, not_after: '2026-11-22T09:00:00.000Z' };
    expect(faultsOf(over, over, NOW).rules).toEqual([]);
  });

  it('is no title of a channel without one', () => {
    expect(faultsOf({ ...base, channel: 'sms', title: '{{' }, base, NOW).message).toEqual([]);
  });
});
