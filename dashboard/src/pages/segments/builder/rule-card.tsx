import { Button, Skeleton, Stack } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { lazy, Suspense, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../../../components/card';
import type { Rule } from '../rules/rule';
import type { BuilderState } from './builder-state';
import { Taken } from './describe/taken';
import type { RuleTree } from './use-rule-tree';

const RuleBuilder = lazy(async () => ({ default: (await import('./rule-builder')).RuleBuilder }));
const DescribeRule = lazy(async () => ({ default: (await import('./describe/describe-rule')).DescribeRule }));

/** The rule, put together of conditions, or begun by a sentence that a model makes a rule of. */
export function RuleCard({ rule, state }: { rule: RuleTree; state: BuilderState }) {
  const { t } = useTranslation('segments');
  const [isOpen, setOpen] = useState(false);
  const [wasOpened, setOpened] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const panelId = useId();
  const take = (suggested: Rule) => {
    rule.take(suggested);
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <Card
      title={t('builder.who')}
      description={t('builder.whoDescription')}
      actions={
        <Button
          ref={opener}
          variant="light"
          size="xs"
          leftSection={<IconSparkles size={16} aria-hidden />}
          aria-expanded={isOpen}
          aria-controls={panelId}
          onClick={() => {
            setOpened(true);
            setOpen(!isOpen);
          }}
        >
          {t('builder.describe')}
        </Button>
      }
    >
      <Stack gap="md">
        {/* what was typed stays while it is closed */}
        <div id={panelId} hidden={!isOpen}>
          {wasOpened && (
            <Suspense fallback={<Skeleton height={160} />}>
              <DescribeRule isOpen={isOpen} replaces={rule.isBegun && !rule.isTaken} onUse={take} />
            </Suspense>
          )}
        </div>
        {rule.isTaken && (
          <Taken
            onUndo={() => {
              rule.undo();
              opener.current?.focus();
            }}
          />
        )}
        <Suspense fallback={<Skeleton height={220} aria-label={t('builder.loading')} />}>
          <RuleBuilder tree={rule.tree} onChange={rule.edit} state={state} />
        </Suspense>
      </Stack>
    </Card>
  );
}
