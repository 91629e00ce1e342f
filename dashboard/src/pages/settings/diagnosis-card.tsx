import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconChevronDown, IconChevronRight, IconStethoscope } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read, type Schema } from '../../api/client';
import { Card } from '../../components/card';
import { ProblemAlert } from '../../components/problem-alert';
import { Ago } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import { FindingRow } from './finding-row';
import { byLevel } from './findings';
import classes from './settings.module.css';

/** What the doctor finds in the database, and what would help. Asked for once: it takes the database some seconds. */
export function DiagnosisCard() {
  const { t } = useTranslation('settings');
  const diagnosis = useQuery({
    queryKey: ['settings', 'diagnosis'],
    queryFn: ({ signal }) => read(api.GET('/settings/diagnosis', { signal })),
    staleTime: Infinity,
  });
  const { data } = diagnosis;
  return (
    <Card
      title={t('diagnosis.title')}
      description={
        data ? (
          <>
            {t('diagnosis.checked')} <Ago at={data.checked_at} />
          </>
        ) : (
          t('diagnosis.lead')
        )
      }
      actions={
        <Button
          variant="default"
          size="sm"
          leftSection={<IconStethoscope size={16} aria-hidden />}
          loading={diagnosis.isFetching}
          onClick={() => void diagnosis.refetch()}
        >
          {t('diagnosis.again')}
        </Button>
      }
    >
      {diagnosis.isPending && <Skeleton height={220} />}
      {diagnosis.error && !diagnosis.isFetching && (
        <ProblemAlert error={diagnosis.error} onRetry={() => void diagnosis.refetch()} />
      )}
      {data && (
        <Stack gap="lg">
          {data.summary.error + data.summary.warning === 0 && <Text size="sm">{t('diagnosis.well')}</Text>}
          {byLevel(data.findings).map((group) => (
            <Level key={group.level} {...group} />
          ))}
        </Stack>
      )}
    </Card>
  );
}

/** What is well is folded away: nobody has to do anything about it. */
function Level({ level, findings }: { level: Schema<'FindingView'>['level']; findings: Schema<'FindingView'>[] }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const listId = useId();
  const [isOpen, setOpen] = useState(level !== 'ok');
  return (
    <section>
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h5">
          {t(`diagnosis.level.${level}`)} ({format.number(findings.length)})
        </Title>
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={isOpen}
          aria-controls={listId}
          aria-label={`${t(isOpen ? 'diagnosis.hide' : 'diagnosis.show')}: ${t(`diagnosis.level.${level}`)}`}
          leftSection={isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          {t(isOpen ? 'diagnosis.hide' : 'diagnosis.show')}
        </Button>
      </Group>
      <ul id={listId} className={classes.findings} hidden={!isOpen}>
        {isOpen && findings.map((finding) => <FindingRow key={`${finding.id} ${finding.subject}`} finding={finding} />)}
      </ul>
    </section>
  );
}
