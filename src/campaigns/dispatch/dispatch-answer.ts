import { applyDecorators } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse } from '@nestjs/swagger';
import { DispatchView } from './dispatch.dto';

/** What can keep a campaign from being dispatched, or end a dispatch before it is written. */
export const dispatchProblems = [
  'campaign-not-found',
  'campaign-inactive',
  'campaign-expired',
  'no-active-segment',
  'segment-inactive',
  'filter-not-available',
  'dispatch-in-progress',
  'audience-moved',
  'rule-too-heavy',
] as const;

const APPLIED = {
  description: 'The preference that was followed (RFC 7240).',
  schema: { type: 'string', example: 'wait=10' },
};

/** 200 with a dispatch that is done, or 202 with one that goes on and its address. */
export const AnswersDispatch = () =>
  applyDecorators(
    ApiHeader({
      name: 'Prefer',
      required: false,
      description:
        '`wait=N`: the seconds to wait for its end, 10 when left out, 60 at most; `respond-async`: do not wait, or as long as `wait=N` beside it says (RFC 7240).',
      schema: { type: 'string', example: 'wait=10' },
    }),
    ApiOkResponse({ type: DispatchView, headers: { 'Preference-Applied': APPLIED } }),
    ApiAcceptedResponse({
      type: DispatchView,
      description: 'It goes on.',
      headers: {
        Location: { description: 'Where to look for it.', schema: { type: 'string', example: '/dispatches/17' } },
        'Preference-Applied': APPLIED,
      },
    }),
  );
