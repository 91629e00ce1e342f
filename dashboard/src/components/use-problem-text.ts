import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../api/problem';

/** The problems that are said in the reader's language; of others the service's own words are shown. */
const TRANSLATED = [
  'offline',
  'database-unavailable',
  'database-busy',
  'statement-too-slow',
  'forbidden',
  'precondition-failed',
  'model-unavailable',
  'campaign-inactive',
  'campaign-expired',
  'no-active-segment',
  'segment-inactive',
  'dispatch-in-progress',
  'audience-moved',
] as const;

/** An error as a sentence. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
      const known = TRANSLATED.find((type) => type === error.type);
      return known ? t(`problem.${known}`) : error.detail;
    },
    [t],
  );
}
