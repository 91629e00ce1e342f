/**
 * Why a customer who matches is not targeted. Everyone left out has exactly one reason: the first of these that holds. `code` is what
 * `dispatch_audience.reasons` keeps, 0 being targeted; the name is also the column of `dispatches` that counts them.
 *
 * The cap comes before the holdout: were it the other way round, frequent customers would leave the targeted and stay among the held
 * out, and the two would not be alike any more. And the holdout comes last, so that it is a share of those who would get the message.
 */
export const reasons = [
  { name: 'excluded', code: 1, means: 'in an excluded segment' },
  { name: 'suppressed', code: 2, means: 'must not be messaged' },
  { name: 'already_notified', code: 3, means: 'had this campaign already' },
  { name: 'frequency_capped', code: 4, means: 'was messaged as often as the cap allows' },
  { name: 'holdout', code: 5, means: 'kept out to measure what the campaign changes' },
] as const;

export type Reason = (typeof reasons)[number]['name'];

/** What an audience page can be asked for. */
export const standings = ['targeted', ...reasons.map(({ name }) => name)] as const;
export type Standing = 'targeted' | Reason;

const TARGETED = 0;

/**
 * Targeted, and spared by a cancellation: written into the audience of a dispatch that is archived, whose notifications told it before. To whoever
 * asks who was targeted it is the same.
 */
export const SPARED = 6;

export const codeOf = (standing: Standing): number => reasons.find(({ name }) => name === standing)?.code ?? TARGETED;

export const standingOf = (code: number): Standing => reasons.find((reason) => reason.code === code)?.name ?? 'targeted';
