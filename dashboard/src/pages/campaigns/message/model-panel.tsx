import { SegmentedControl, Stack } from '@mantine/core';
import { type ComponentProps, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { StreamedDraft } from './streamed-draft';
import { VariantsPanel } from './variants-panel';

const WAYS = ['variants', 'draft'] as const;

/** What the model writes for a message: several to choose from, checked and for this audience, or one that is seen while it is written. */
export function ModelPanel(props: ComponentProps<typeof VariantsPanel>) {
  const { t } = useTranslation('ai');
  const [way, setWay] = useState<string>('variants');
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t('ways.label')}
        data={WAYS.map((value) => ({ value, label: t(`ways.${value}`) }))}
        value={way}
        onChange={setWay}
      />
      {/* what was typed, and suggested, stays while the other is looked at */}
      <div hidden={way !== 'variants'}>
        <VariantsPanel {...props} />
      </div>
      <div hidden={way !== 'draft'}>
        <StreamedDraft
          channel={props.channel}
          message={props.current.message}
          onUse={(message) => props.onUse({ ...props.current, message })}
        />
      </div>
    </Stack>
  );
}
