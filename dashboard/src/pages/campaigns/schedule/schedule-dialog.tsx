import { Alert, Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../../api/problem';
import { Dialog } from '../../../components/dialog';
import { done } from '../../../components/notify';
import { ProblemAlert } from '../../../components/problem-alert';
import { useAction } from '../../../components/use-action';
import { ownZone } from '../../../i18n/local-time';
import type { Campaign } from '../campaign-calls';
import { fromRule, ONCE, startOf, toRule } from './recurrence';
import { RecurrenceFields } from './recurrence-fields';
import { type LoadedSchedule, putSchedule, scheduleKey } from './schedule-calls';
import { useRecurrenceText } from './use-recurrence-text';

interface ScheduleProps {
  campaign: Campaign;
  /** What there is; undefined where it is the first. */
  loaded: LoadedSchedule | undefined;
  onClose: () => void;
}

/** Makes the schedule of a campaign, or replaces it. */
export function ScheduleDialog({ opened, ...props }: ScheduleProps & { opened: boolean }) {
  const { t } = useTranslation(['campaigns', 'common']);
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('schedule.dialog')} size="lg">
      {/* another version is another form: what somebody else saved is not written over by what was read before */}
      <ScheduleForm {...props} />
    </Dialog>
  );
}

function ScheduleForm({ campaign, loaded, onClose }: ScheduleProps) {
  const { t } = useTranslation(['campaigns', 'wizard', 'common']);
  const cache = useQueryClient();
  const recurrenceText = useRecurrenceText();
  const before = loaded?.schedule;
  const [at, setAt] = useState(before?.scheduled_at.slice(0, 16) ?? '');
  const [zone, setZone] = useState(before?.time_zone ?? ownZone());
  const [lateness, setLateness] = useState(before?.max_lateness_minutes ?? 60);
  const [recurrence, setRecurrence] = useState(fromRule(before?.recurrence ?? null));
  const { run, isBusy, error } = useAction(
    async () => {
      const body = { scheduled_at: at, time_zone: zone, recurrence: toRule(recurrence), max_lateness_minutes: lateness };
      await putSchedule(campaign.id, body, loaded?.etag);
      await cache.invalidateQueries({ queryKey: scheduleKey(campaign.id) });
      done(t('schedule.saved'));
      onClose();
    },
    { untilDone: true },
  );
  const problem = error instanceof ApiProblem ? error : undefined;
  const isTheirs = problem?.type === 'precondition-failed';
  const zones = [...new Set([...Intl.supportedValuesOf('timeZone'), ownZone(), 'UTC', zone])];

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (at !== '') void run();
      }}
    >
      <Stack gap="md">
        <Group gap="sm" align="flex-start" grow preventGrowOverflow={false}>
          <TextInput
            type="datetime-local"
            label={recurrence.kind === 'once' ? t('schedule.at') : t('schedule.from')}
            value={at}
            onChange={(event) => {
              setAt(event.currentTarget.value);
              // the choices follow the date until somebody makes another
              const start = startOf(event.currentTarget.value);
              if (!before && recurrence.kind === 'once')
                setRecurrence({ ...ONCE, weekdays: [start.weekday], monthDay: start.monthDay });
            }}
            error={problem?.fieldError('/scheduled_at')}
            required
            data-autofocus
          />
          <Select
            label={t('schedule.zone')}
            data={zones}
            value={zone}
            onChange={(name) => setZone(name ?? zone)}
            searchable
            limit={200}
            allowDeselect={false}
            nothingFoundMessage={t('wizard:picker.nothingFound')}
            error={problem?.fieldError('/time_zone')}
          />
        </Group>
        <RecurrenceFields value={recurrence} onChange={setRecurrence} error={problem?.fieldError('/recurrence')} />
        <Text size="sm" role="status">
          {recurrenceText(recurrence)}
        </Text>
        {recurrence.kind !== 'once' && campaign.once_per_customer && (
          <Alert color="blue" icon={<IconInfoCircle aria-hidden />}>
            {t('schedule.oncePerCustomer')}
          </Alert>
        )}
        <NumberInput
          label={t('schedule.lateness')}
          description={t('schedule.latenessHint')}
          value={lateness}
          onChange={(value) => setLateness(Number(value))}
          min={1}
          max={1440}
          allowDecimal={false}
          suffix={` ${t('schedule.minutes')}`}
          maw="14rem"
        />
        {error && <ProblemAlert error={error} />}
        {isTheirs && (
          <Group>
            <Button
              variant="default"
              onClick={() => {
                void cache.invalidateQueries({ queryKey: scheduleKey(campaign.id) });
                onClose();
              }}
            >
              {t('schedule.loadTheirs')}
            </Button>
          </Group>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={isBusy} disabled={at === ''}>
            {t('common:action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
