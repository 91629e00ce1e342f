import { useTranslation } from 'react-i18next';
import type { WaterfallStep } from '../../../components/waterfall-steps';

/** What a step of the waterfall is to whoever is about to send. */
export function useStepName(): (kind: WaterfallStep['kind']) => string {
  const { t } = useTranslation('campaigns');
  return (kind) => t(`waterfall.${kind}`);
}
