import { Alert, Button, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, read } from '../../../api/client';
import { CodeBlock } from '../../../components/copyable';
import { Disclosure } from '../../../components/disclosure';
import { ProblemAlert } from '../../../components/problem-alert';
import { done } from '../../../components/notify';
import { useAction } from '../../../components/use-action';
import { type Rule, toApi } from '../rules/rule';

/** The rule for engineers: to read, to copy, and to replace by one that the service takes. */
export function RuleJson({ rule, onUse }: { rule: Rule; onUse: (rule: Rule) => void }) {
  const { t } = useTranslation(['segments', 'rules']);
  const { t: common } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const text = JSON.stringify(rule, null, 2);
  const use = useAction(async () => {
    const given = parsed(typed ?? '');
    if (given === undefined) throw new Error(t('rules:value.jsonWrong'));
    await read(api.POST('/segments/preview', { params: { query: { sample: 0 } }, body: { filters: toApi(given) } }));
    onUse(given);
    setTyped(undefined);
    done(t('json.used'));
  });
  return (
    <Disclosure label={t('json.title')}>
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
              <Button size="xs" loading={use.isBusy} onClick={() => void use.run()}>
                {t('json.apply')}
              </Button>
              <Button size="xs" variant="default" onClick={() => setTyped(undefined)}>
                {common('action.cancel')}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Disclosure>
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
