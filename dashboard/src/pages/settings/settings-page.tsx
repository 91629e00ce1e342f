import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../api/client';
import { Halves, StatTile, Tiles } from '../../components/card';
import { PageHeader } from '../../components/page-header';
import { ProblemAlert } from '../../components/problem-alert';
import { Ago, DateFigure } from '../../components/time';
import { useFormat } from '../../i18n/use-format';
import { ConfigurationCard } from './configuration-card';
import { DatabaseCard } from './database-card';
import { DiagnosisCard } from './diagnosis-card';
import { IndexCard } from './index-card';
import { LimitsCard } from './limits-card';

/** Milliseconds: while the copy for fast counting is loaded it moves. */
const MOVING = 2_000;

export function Page() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const format = useFormat();
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => read(api.GET('/settings', { signal })),
    refetchInterval: ({ state }) => (state.data?.column_index.state === 'loading' ? MOVING : false),
  });
  const { data } = settings;
  return (
    <>
      <PageHeader title={common('nav.settings')} description={t('lead')} />
      <Stack gap="md">
        {settings.error && !data && <ProblemAlert error={settings.error} onRetry={() => void settings.refetch()} />}
        {settings.isPending && <Skeleton height={420} />}
        {data && (
          <>
            <Tiles>
              <StatTile
                label={t('version')}
                value={data.version}
                hint={format.list(data.roles.map((role) => t(`role.${role}`)))}
              />
              <StatTile
                label={t('started')}
                value={<DateFigure at={data.started_at} />}
                hint={<Ago at={data.started_at} />}
              />
              <StatTile
                label="PostgreSQL"
                value={data.database.server_version}
                hint={t(data.database.embedded ? 'database.embedded' : 'database.own')}
              />
              <StatTile label="Node.js" value={data.node_version} hint={t('nodeHint')} />
            </Tiles>
            <Halves>
              <DatabaseCard database={data.database} />
              <IndexCard index={data.column_index} />
            </Halves>
          </>
        )}
        <DiagnosisCard />
        {data && (
          <>
            <ConfigurationCard variables={data.configuration} />
            <LimitsCard limits={data.limits} />
          </>
        )}
      </Stack>
    </>
  );
}
