import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import type { Dispatch } from '../campaign-calls';
import { waterfall, type WaterfallStep } from './waterfall';
import classes from './waterfall-chart.module.css';

/** How the audience comes about, as a picture that is a table: from everyone in the segments down to who gets the message. */
export function WaterfallChart({ dispatch, caption }: { dispatch: Dispatch; caption?: string }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const format = useFormat();
  const figure = ({ kind, customers }: WaterfallStep) =>
    kind === 'matched' || kind === 'targeted' ? format.number(customers) : `−${format.number(customers)}`;
  return (
    <table className={classes.table}>
      <caption className={classes.caption}>{caption ?? t('waterfall.caption')}</caption>
      <thead className={classes.head}>
        <tr>
          <th scope="col">{t('waterfall.step')}</th>
          <th scope="col">{t('waterfall.share')}</th>
          <th scope="col">{t('waterfall.customers')}</th>
        </tr>
      </thead>
      <tbody>
        {waterfall(dispatch).map((step) => (
          <tr key={step.kind} className={step.kind === 'targeted' ? classes.last : undefined}>
            <th scope="row" className={classes.label}>
              {t(`waterfall.${step.kind}`)}
            </th>
            <td className={classes.track}>
              <div className={classes.room}>
                <div
                  className={classes.bar}
                  data-kind={step.kind === 'matched' || step.kind === 'targeted' ? step.kind : 'out'}
                  style={{ left: `${step.from * 100}%`, width: `${step.share * 100}%` }}
                />
              </div>
              <span className={classes.hidden}>{format.percent(step.share)}</span>
            </td>
            <td className={classes.number}>{figure(step)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
