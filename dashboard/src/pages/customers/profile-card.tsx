import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/client';
import { Card } from '../../components/card';
import { CopyableId } from '../../components/copyable';
import { Facts } from '../../components/facts';
import { ProblemAlert } from '../../components/problem-alert';
import { useFormat } from '../../i18n/use-format';

/** Who a customer is. The address is masked until somebody asks for it. */
export function ProfileCard(props: {
  id: string;
  customer: Schema<'CustomerProfileView'> | undefined;
  isShown: boolean;
  isLoading: boolean;
  error: Error | null;
  onShow: (isShown: boolean) => void;
}) {
  const { t } = useTranslation('customers');
  const format = useFormat();
  const { customer, isShown } = props;
  if (!customer)
    return (
      <Card title={t('profile.title')}>
        <Skeleton height={150} />
      </Card>
    );
  return (
    <Card title={t('profile.title')}>
      <Stack gap="sm">
        {props.error && <ProblemAlert error={props.error} />}
        <Facts
          facts={[
            {
              name: t('email'),
              value: customer.email ? (
                <Group gap={0}>
                  <Text span inherit mr="xs">
                    {customer.email}
                  </Text>
                  <Button
                    variant="light"
                    size="compact-sm"
                    loading={props.isLoading && isShown}
                    leftSection={isShown ? <IconEyeOff size={16} aria-hidden /> : <IconEye size={16} aria-hidden />}
                    aria-label={t(isShown ? 'profile.hideEmail' : 'profile.showEmail')}
                    onClick={() => props.onShow(!isShown)}
                  >
                    {t(isShown ? 'profile.hide' : 'profile.show')}
                  </Button>
                </Group>
              ) : (
                '–'
              ),
            },
            { name: t('id'), value: <CopyableId id={props.id} what={t('id')} /> },
            { name: t('role'), value: customer.role ?? '–' },
            {
              name: t('registered'),
              value: customer.registration_date ? format.date(customer.registration_date) : '–',
            },
          ]}
        />
      </Stack>
    </Card>
  );
}
