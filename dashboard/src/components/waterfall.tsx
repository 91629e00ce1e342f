import { Anchor, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../api/client';
import { useFormat } from '../i18n/use-format';
import classes from './waterfall.module.css';
import { type WaterfallStep, waterfallSteps } from './waterfall-steps';

type Kind = WaterfallStep['kind'];

/** How an audience comes about, as a picture that is a table: from everyone in the segments down to who gets the message. */
export function Waterfall(props: {
  dispatch: Schema<'DispatchView'>;
  nameOf: (kind: Kind) => string;
  /** Shows the customers of a step; where there is none, and of the matched, nothing can be opened. */
  onOpen?: (kind: Exclude<Kind, 'matched'>) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const { nameOf, onOpen } = props;
  return (
    <table className={classes.table}>
      <VisuallyHidden component="caption">{t('waterfall.caption')}</VisuallyHidden>
      <VisuallyHidden component="thead">
        <tr>
          <th scope="col">{t('waterfall.step')}</th>
          <th scope="col">{t('waterfall.share')}</th>
          <th scope="col">{t('waterfall.customers')}</th>
        </tr>
      </VisuallyHidden>
      <tbody>
        {waterfallSteps(props.dispatch).map(({ kind, customers, from, share }) => (
          <tr key={kind} className={classes[kind]}>
            <th scope="row" className={classes.label}>
              {onOpen && kind !== 'matched' && customers > 0 ? (
                <Anchor component="button" type="button" inherit ta="left" onClick={() => onOpen(kind)}>
                  {nameOf(kind)}
                </Anchor>
              ) : (
                nameOf(kind)
              )}
            </th>
            <td>
              <div className={classes.track}>
                <div className={classes.room}>
                  {customers > 0 && (
                    <div className={classes.bar} style={{ left: `${from * 100}%`, width: `${share * 100}%` }} />
                  )}
                </div>
                <span className={classes.share}>{format.percent(share)}</span>
              </div>
            </td>
            <td className={classes.number}>
              {kind !== 'matched' && kind !== 'targeted' && '−'}
              {format.number(customers)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
