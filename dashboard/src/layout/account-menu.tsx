import { Button, type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core';
import { IconBook, IconCheck, IconLogout, IconSettings2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { keepLanguage, type Language, languages } from '../i18n/languages';
import { session } from '../session/session';

const APPEARANCES: MantineColorScheme[] = ['light', 'dark', 'auto'];

/** Language, appearance, and the way out. */
export function AccountMenu() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choose = (language: Language) => {
    keepLanguage(language);
    void i18n.changeLanguage(language);
  };
  const mark = (chosen: boolean) => (chosen ? <IconCheck size={16} aria-hidden /> : undefined);
  return (
    <Menu position="top-start" width={240} withinPortal>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          fullWidth
          justify="start"
          leftSection={<IconSettings2 size={18} aria-hidden />}
        >
          {t('user.menu')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('user.language')}</Menu.Label>
        {Object.entries(languages).map(([language, name]) => (
          <Menu.Item
            key={language}
            lang={language}
            rightSection={mark(i18n.language === language)}
            aria-current={i18n.language === language}
            onClick={() => choose(language as Language)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('user.appearance')}</Menu.Label>
        {APPEARANCES.map((appearance) => (
          <Menu.Item
            key={appearance}
            rightSection={mark(colorScheme === appearance)}
            aria-current={colorScheme === appearance}
            onClick={() => setColorScheme(appearance)}
          >
            {t(`user.${appearance}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          component="a"
          href="/docs"
          target="_blank"
          rel="noreferrer"
          leftSection={<IconBook size={16} aria-hidden />}
        >
          {t('user.apiDocument')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => session.end()}>
          {t('user.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
