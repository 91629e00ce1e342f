import { Alert, Button, Collapse, Group, Stack, Textarea, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';
import { CodeBlock } from '../../../components/copyable';
import { ProblemAlert } from '../../../components/problem-alert';
import { done } from '../../../components/notify';
import { type Rule, toApi } from '../rules/rule';

/** The rule for engineers: to read, to copy, and to replace by one that the service takes. */
export function RuleJson({ rule, onUse }: { rule: Rule; onUse: (rule: Rule) => void }) {
  const { t } = useTranslation(['segments', 'rules']);
  const { t: common } = useTranslation();
  const [isOpen, { toggle }] = useDisclosure(false);
  const [typed, setTyped] = useState<string>();
  const text = JSON.stringify(rule, null, 2);
  const use = useMutation({
    mutationFn: async () => {
      const given = parsed(typed ?? '');
      if (given === undefined) throw new Error(t('rules:value.jsonWrong'));
      await read(api.POST('/segments/preview', { params: { query: { sample: 0 } }, body: { filters: toApi(given) } }));
      return given;
    },
    onSuccess: (given) => {
      onUse(given);
      setTyped(undefined);
      done(t('json.used'));
    },
  });
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} c="dimmed" fz="sm">
        <Group gap={4}>
          <Chevron size={16} aria-hidden />
          {t('json.title')}
        </Group>
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <Stack gap="xs" mt="xs">
          {typed === undefined ? (
            <CodeBlock code={text} what={t('json.label')} />
          ) : (
            <Textarea
              label={t('json.label')}
              description={t('json.hint')}
              autosize
              minRows={6}
              maxRows={20}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          {typed !== undefined &&
            use.error &&
            (parsed(typed) === undefined ? (
              <Alert color="red">{t('rules:value.jsonWrong')}</Alert>
            ) : (
              <ProblemAlert error={use.error} />
            ))}
          <Group gap="xs">
            {typed === undefined ? (
              <Button size="xs" variant="default" onClick={() => setTyped(text)}>
                {t('json.edit')}
              </Button>
            ) : (
              <>
                <Button size="xs" loading={use.isPending} onClick={() => use.mutate()}>
                  {t('json.apply')}
                </Button>
                <Button size="xs" variant="default" onClick={() => setTyped(undefined)}>
                  {common('action.cancel')}
                </Button>
              </>
            )}
          </Group>
        </Stack>
      </Collapse>
    </div>
  );
}

function parsed(text: string): Rule | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Rule) : undefined;
  } catch {
    return undefined;
  }
}
