import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import { useBuilder } from './builder-state';
import classes from './rule-builder.module.css';

/** How many customers a part has, of itself. Its place is kept while they are being counted. */
export function PartCount({ id }: { id: string }) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const { counts, isCounting } = useBuilder();
  const count = counts?.get(id);
  return (
    <span className={classes.count} title={t('part.countAlone')}>
      {count !== undefined ? t('part.count', { count, formatted: format.number(count) }) : isCounting ? '…' : ''}
    </span>
  );
}
