import { useTranslation } from 'react-i18next';
import type { Schema } from '../api/client';
import { useFormat } from '../i18n/use-format';
import classes from './dispatch-bar.module.css';
import { type Part, PARTS, partsOf } from './dispatch-progress';

/** What became of the notifications of a dispatch, as one bar; those who do not see it are told the figures. */
export function DispatchBar({ dispatch, tall }: { dispatch: Schema<'DispatchView'>; tall?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const parts = partsOf(dispatch);
  const shown = PARTS.filter((part) => parts[part] > 0);
  const label = shown.map((part) => `${t(`part.${part}`)}: ${format.number(parts[part])}`).join(', ');
  return (
    <div className={tall ? `${classes.bar} ${classes.tall}` : classes.bar} role="img" aria-label={label || t('none')}>
      {shown.map((part) => (
        <div
          key={part}
          className={`${classes.part} ${classes[part]}`}
          style={{ flexGrow: parts[part] }}
          title={`${t(`part.${part}`)}: ${format.number(parts[part])}`}
        />
      ))}
    </div>
  );
}

/** The colour of a part, beside its name. */
export const PartSwatch = ({ part }: { part: Part }) => (
  <span className={`${classes.swatch} ${classes[part]}`} aria-hidden />
);
