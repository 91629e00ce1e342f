import { Alert, List, Text } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Disclosure } from './disclosure';

/** The model answered what cannot be used: what somebody can do about it, and the service's own words for engineers. */
export function ModelRefusal(props: { title: string; children: ReactNode; details: readonly string[] }) {
  const { t } = useTranslation('ai');
  return (
    <Alert color="orange" icon={<IconSparkles aria-hidden />} title={props.title} role="alert">
      <Text size="sm" component="div" mb="xs">
        {props.children}
      </Text>
      {props.details.length > 0 && (
        <Disclosure label={t('engineers')} size="xs">
          <List size="xs" mt={4}>
            {props.details.map((detail) => (
              <List.Item key={detail}>{detail}</List.Item>
            ))}
          </List>
        </Disclosure>
      )}
    </Alert>
  );
}
