import { ActionIcon, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { Loading } from '../components/loading';
import { AccountMenu } from './account-menu';
import { Logo } from './logo';
import { navigation } from './navigation';
import classes from './shell.module.css';

/** What stands around every page: the menu, who is signed in, and the page. */
export function Shell() {
  const { t } = useTranslation();
  const [menuOpen, menu] = useDisclosure(false);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    menu.close();
    if (shown.current !== pathname) main.current?.focus({ preventScroll: true }); // where screen readers and the tab key go on
    shown.current = pathname;
  }, [pathname]); // eslint-disable-line react-hooks/exhaustive-deps -- menu is new with every render
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('skipToContent')}
      </a>
      <header className={classes.topbar}>
        <Brand />
        <ActionIcon variant="subtle" size="lg" aria-label={t('nav.open')} onClick={menu.open}>
          <IconMenu2 aria-hidden />
        </ActionIcon>
      </header>
      <aside className={classes.sidebar} aria-label={t('appName')}>
        <div className={classes.sticky}>
          <Brand />
          <Navigation />
          <div className={classes.foot}>
            <AccountMenu />
          </div>
        </div>
      </aside>
      <Drawer
        opened={menuOpen}
        onClose={menu.close}
        size="17rem"
        title={t('appName')}
        closeButtonProps={{ 'aria-label': t('nav.close') }}
      >
        <Navigation />
        <div className={classes.foot}>
          <AccountMenu />
        </div>
      </Drawer>
      <main id="content" className={classes.main} ref={main} tabIndex={-1}>
        <div className={classes.content}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </div>
      </main>
      <ScrollRestoration />
    </div>
  );
}

function Brand() {
  const { t } = useTranslation();
  return (
    <div className={classes.brand}>
      <Logo />
      {t('appName')}
    </div>
  );
}

function Navigation() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('nav.label')}>
      {navigation.map(({ group, pages }) => (
        <div key={group ?? ''}>
          {group && <div className={classes.group}>{t(`nav.${group}`)}</div>}
          {pages.map(({ name, path, icon: Icon }) => (
            <NavLink key={name} to={path} end={path === '/'} className={classes.link}>
              <Icon size={18} stroke={1.8} aria-hidden />
              {t(`nav.${name}`)}
            </NavLink>
          ))}
        </div>
      ))}
    </nav>
  );
}
