import { NumberInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Format, useFormat } from '../../../../i18n/use-format';
import { isDays, isMoney, unitOf } from '../../rules/known-filters';
import classes from '../rule-builder.module.css';
import type { EditorProps } from './editor';

const separators = (format: Format) => ({
  decimalSeparator: format.number(1.5).charAt(1),
  thousandSeparator: format.number(1_234_567).replaceAll(/\d/g, '').charAt(0),
});

/** A number: an amount with two decimals, days, purchases, or just a number. */
export function NumberEditor({ filter, schema, label, example, value, onChange, error }: EditorProps) {
  const { t } = useTranslation('rules');
  const format = useFormat();
  const isWhole = schema.type === 'integer';
  const unit = isDays(filter) ? t('value.days') : unitOf[filter] === 'purchases' ? t('value.purchases') : undefined;
  return (
    <NumberInput
      className={classes.figure}
      aria-label={unit ? `${label} (${unit})` : label}
      value={typeof value === 'number' ? value : ''}
      onChange={(typed) => onChange(typeof typed === 'number' && Number.isFinite(typed) ? typed : null)}
      allowDecimal={!isWhole}
      decimalScale={isMoney(filter) ? 2 : undefined}
      allowNegative={(schema.minimum ?? schema.exclusiveMinimum ?? -1) < 0}
      clampBehavior="none"
      min={schema.minimum}
      max={schema.maximum}
      {...separators(format)}
      placeholder={typeof example === 'number' ? format.number(example) : undefined}
      leftSection={isMoney(filter) ? <span aria-hidden>{format.money(0).replaceAll(/[\d\s.,]/g, '')}</span> : undefined}
      suffix={unit ? ` ${unit}` : undefined}
      error={error}
    />
  );
}
