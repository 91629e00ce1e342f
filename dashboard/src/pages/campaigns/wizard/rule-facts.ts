import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import type { Campaign } from '../campaign-calls';

type Rules = Pick<Campaign, 'frequency_cap' | 'holdout_percent' | 'once_per_customer' | 'not_after'>;

/** The rules of delivery as sentences. */
export function useRuleFacts(): (rules: Rules) => { name: string; text: string }[] {
  const { t } = useTranslation(['wizard', 'common']);
  const format = useFormat();
  return ({ frequency_cap: cap, holdout_percent, once_per_customer, not_after }) => [
    { name: t('rules.once'), text: once_per_customer ? t('rules.onceYes') : t('rules.onceNo') },
    {
      name: t('rules.cap'),
      text: cap
        ? t('rules.capIs', {
            count: cap.max,
            formatted: format.number(cap.max),
            days: t('count.days', { count: cap.per_days, formatted: format.number(cap.per_days) }),
          })
        : t('rules.capNone'),
    },
    {
      name: t('rules.holdout'),
      text:
        holdout_percent > 0 ? t('rules.holdoutIs', { share: format.percent(holdout_percent / 100, 2) }) : t('common:none'),
    },
    { name: t('rules.notAfter'), text: not_after ? format.dateTime(not_after) : t('rules.noEnd') },
  ];
}
