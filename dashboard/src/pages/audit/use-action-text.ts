import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { knownAction } from './actions';

/** An action in the reader's words. */
export function useActionText(): (action: string) => string {
  const { t } = useTranslation('audit');
  return useCallback(
    (action) => {
      const known = knownAction(action);
      return known ? t(`actions.${known}`) : action;
    },
    [t],
  );
}
