import { Checkbox, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format';
import { type Recurrence, toRule, WEEKDAYS } from './recurrence';
import { useWeekdayName } from './use-recurrence-text';

const KINDS = ['once', 'daily', 'weekly', 'monthly', 'rule'] as const;
const LAST = -1;
const MONTH_DAYS = [...Array.from({ length: 31 }, (_, i) => i + 1), LAST];

/** How it comes again: by simple choices, or by a rule where they do not say enough. */
export function RecurrenceFields(props: {
  value: Recurrence;
  onChange: (value: Recurrence) => void;
  error: string | undefined;
}) {
  const { t } = useTranslation('campaigns');
  const format = useFormat();
  const weekdayName = useWeekdayName('short');
  const { value } = props;
  const change = (part: Partial<Recurrence>) => props.onChange({ ...value, ...part });
  const isSimple = value.kind === 'daily' || value.kind === 'weekly' || value.kind === 'monthly';
  return (
    <Stack gap="md">
      <Select
        label={t('schedule.repeat')}
        data={KINDS.map((kind) => ({ value: kind, label: t(`recurrence.kind.${kind}`) }))}
        value={value.kind}
        onChange={(name) => {
          const kind = KINDS.find((known) => known === name) ?? value.kind;
          // the rule begins as what was chosen before
          change({ kind, rule: kind === 'rule' ? (toRule(value) ?? 'FREQ=DAILY') : value.rule });
        }}
        allowDeselect={false}
        maw="20rem"
      />
      {value.kind === 'weekly' && (
        <Checkbox.Group
          label={t('schedule.days')}
          value={value.weekdays}
          onChange={(days) => change({ weekdays: WEEKDAYS.filter((day) => days.includes(day)) })}
        >
          <Group gap="md" mt={4}>
            {WEEKDAYS.map((day) => (
              <Checkbox key={day} value={day} label={weekdayName(day)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      {isSimple && (
        <Group gap="sm" align="flex-end">
          <NumberInput
            label={t(
              `schedule.interval.${value.kind === 'daily' ? 'daily' : value.kind === 'weekly' ? 'weekly' : 'monthly'}`,
            )}
            value={value.interval}
            onChange={(interval) => change({ interval: Math.max(1, Number(interval)) })}
            min={1}
            max={1000}
            allowDecimal={false}
            w="11rem"
          />
          {value.kind === 'monthly' && (
            <Select
              label={t('schedule.monthDay')}
              data={MONTH_DAYS.map((day) => ({
                value: String(day),
                label: day === LAST ? t('schedule.lastDay') : format.number(day),
              }))}
              value={String(value.monthDay)}
              onChange={(day) => change({ monthDay: Number(day ?? 1) })}
              allowDeselect={false}
              w="11rem"
            />
          )}
        </Group>
      )}
      {isSimple && (
        <Group gap="md" mih={36}>
          <Switch
            label={t('schedule.ends')}
            checked={value.count !== undefined}
            onChange={(event) => change({ count: event.currentTarget.checked ? 10 : undefined })}
          />
          {value.count !== undefined && (
            <NumberInput
              aria-label={t('schedule.times')}
              suffix={` ${t('schedule.timesUnit')}`}
              value={value.count}
              onChange={(count) => change({ count: Math.max(1, Number(count)) })}
              min={1}
              max={1000}
              allowDecimal={false}
              w="9rem"
            />
          )}
        </Group>
      )}
      {value.kind === 'rule' && (
        <TextInput
          label={t('schedule.rule')}
          description={t('schedule.ruleHint')}
          value={value.rule}
          onChange={(event) => change({ rule: event.currentTarget.value })}
          error={props.error}
          ff="monospace"
          spellCheck={false}
          autoComplete="off"
        />
      )}
    </Stack>
  );
}
