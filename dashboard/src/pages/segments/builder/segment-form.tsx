import { Alert, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../../../components/card';
import { UnsavedGuard } from '../../../components/unsaved-guard';
import type { Schema } from '../../../api/client';
import { ReadingList } from '../reading-list';
import { writeRule } from '../rules/rule-query';
import { placeErrors, problemsOf } from '../rules/rule-problems';
import { fromApi } from '../rules/rule';
import type { ValueSchema } from '../rules/value-schema';
import { SampleTable } from '../sample-table';
import { type FilterView, useSegmentNames } from '../segment-queries';
import classes from './builder-page.module.css';
import { ConflictDialog } from './conflict-dialog';
import { CountPanel } from './count-panel';
import { RuleCard } from './rule-card';
import { RuleJson } from './rule-json';
import { useLiveCount } from './use-live-count';
import { useRuleTree } from './use-rule-tree';
import { useSaveSegment } from './use-save-segment';
import { ApiProblem } from '../../../api/problem';
import { ProblemAlert } from '../../../components/problem-alert';
import { useFormat } from '../../../i18n/use-format';

interface Loaded {
  segment: Schema<'SegmentView'>;
  etag: string;
}

/** Name, rule and count of a segment that is made or changed. */
export function SegmentForm({ filters, loaded }: { filters: readonly FilterView[]; loaded: Loaded | undefined }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const [name, setName] = useState(loaded?.segment.name ?? '');
  const [description, setDescription] = useState(loaded?.segment.description ?? '');
  const editing = useRuleTree(loaded && fromApi(loaded.segment.filters));
  const { tree } = editing;
  const [isStrict, setIsStrict] = useState(false);

  const schemas = useMemo(() => new Map(filters.map(({ key, schema }) => [key, schema as ValueSchema])), [filters]);
  const { rule, places } = useMemo(() => writeRule(tree), [tree]);
  const local = useMemo(() => problemsOf(tree, (key) => schemas.get(key)), [tree, schemas]);
  const isComplete = local.size === 0;
  const live = useLiveCount(isComplete ? rule : undefined);
  const saving = useSaveSegment(loaded);
  const definition = { name: name.trim(), description, filters: rule };

  const refusal = [live.error, saving.error].find((error) => error instanceof ApiProblem && error.errors.length > 0);
  const refused = placeErrors(refusal instanceof ApiProblem && isComplete ? refusal.errors : [], places);
  const nameError =
    (isStrict && !definition.name ? t('builder.nameRequired') : undefined) ??
    (saving.error instanceof ApiProblem ? saving.error.fieldError('/name') : undefined);
  const counts = useMemo(() => {
    const totals = new Map(live.isCurrent ? live.count?.parts.map(({ pointer, total }) => [pointer, total]) : []);
    return new Map(places.flatMap(({ id, pointer }) => (totals.has(pointer) ? [[id, totals.get(pointer) ?? 0]] : [])));
  }, [live.isCurrent, live.count, places]);
  const nameOf = useSegmentNames([rule]);

  function save(): void {
    setIsStrict(true);
    if (isComplete && definition.name) return saving.save(definition);
    // after the marks are drawn: whoever saves goes on at the first of them
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('main [aria-invalid="true"], main [data-invalid] select')?.focus(),
    );
  }
  function loadTheirs(theirs: Loaded): void {
    setName(theirs.segment.name);
    setDescription(theirs.segment.description);
    editing.replace(fromApi(theirs.segment.filters));
  }
  const saved = saving.base?.segment;
  const isChanged = saved
    ? name !== saved.name || description !== saved.description || JSON.stringify(rule) !== JSON.stringify(saved.filters)
    : name !== '' || description !== '' || JSON.stringify(rule) !== '{}';
  const isPlaced = refused.problems.size > 0;
  /** What is wrong with the name or with a part of the rule stands there, and need not be said again. */
  const isSaidInPlace = (error: Error) => error === refusal && (isPlaced || nameError !== undefined);
  return (
    <>
      <div className={classes.page}>
        <div className={classes.main}>
          {saved?.is_active === false && <Alert color="orange">{t('builder.inactive')}</Alert>}
          <Card>
            <Stack gap="md">
              <TextInput
                label={t('builder.name')}
                placeholder={t('builder.namePlaceholder')}
                required
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={nameError}
                data-autofocus
              />
              <Textarea
                label={t('builder.description')}
                placeholder={t('builder.descriptionPlaceholder')}
                maxLength={2000}
                autosize
                minRows={1}
                maxRows={4}
                value={description}
                onChange={(event) => setDescription(event.currentTarget.value)}
              />
            </Stack>
          </Card>
          <RuleCard
            rule={editing}
            state={{
              filters,
              schemaOf: (key) => schemas.get(key),
              problems: new Map([...local, ...refused.problems]),
              isStrict,
              counts: live.isCurrent ? counts : undefined,
              isCounting: live.isCounting,
              segmentId: saved?.id,
            }}
          />
          <Card title={t('count.reading')}>
            <Stack gap="md">
              {isComplete ? (
                <div>
                  <ReadingList rule={rule} nameOf={nameOf} />
                </div>
              ) : (
                <Text size="sm" c="dimmed">
                  {t('builder.incomplete', { count: local.size, formatted: format.number(local.size) })}
                </Text>
              )}
              <RuleJson rule={rule} onUse={editing.replace} />
            </Stack>
          </Card>
        </div>
        <div className={classes.side}>
          <CountPanel
            live={live}
            isPaused={!isComplete}
            isErrorPlaced={isPlaced}
            elsewhere={live.error ? refused.elsewhere : []}
            isNew={!loaded}
            isSaving={saving.isSaving}
            onSave={save}
            problem={saving.error && !isSaidInPlace(saving.error) && <ProblemAlert error={saving.error} />}
          />
          <div className={classes.sample}>
            <Card title={t('count.sample')}>
              {live.count || isComplete ? (
                <SampleTable customers={live.count?.sample ?? (live.isCounting ? undefined : [])} />
              ) : (
                <Text size="sm" c="dimmed">
                  {t('count.sampleLater')}
                </Text>
              )}
            </Card>
          </div>
        </div>
      </div>
      {loaded && (
        <ConflictDialog
          segmentId={loaded.segment.id}
          mine={definition}
          opened={saving.isConflict}
          onClose={saving.dismissConflict}
          onOverwrite={(etag) => saving.save(definition, etag)}
          onLoadTheirs={() => void saving.loadTheirs().then(loadTheirs)}
        />
      )}
      <UnsavedGuard isChanged={isChanged && !saving.isSaved} />
    </>
  );
}
