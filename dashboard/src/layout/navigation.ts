import {
  IconBan,
  IconBell,
  IconChartHistogram,
  IconFilter,
  IconHistory,
  IconLayoutDashboard,
  IconSend,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react';

/** What stands in the menu: a page each, in groups. The texts are `nav.<name>`. */
export const navigation = [
  { group: undefined, pages: [{ name: 'overview', path: '/', icon: IconLayoutDashboard }] },
  {
    group: 'reach',
    pages: [
      { name: 'segments', path: '/segments', icon: IconFilter },
      { name: 'campaigns', path: '/campaigns', icon: IconSend },
      { name: 'customers', path: '/customers', icon: IconUsers },
    ],
  },
  {
    group: 'delivery',
    pages: [
      { name: 'dispatches', path: '/dispatches', icon: IconChartHistogram },
      { name: 'notifications', path: '/notifications', icon: IconBell },
      { name: 'suppressions', path: '/suppressions', icon: IconBan },
    ],
  },
  {
    group: 'administration',
    pages: [
      { name: 'audit', path: '/audit', icon: IconHistory },
      { name: 'settings', path: '/settings', icon: IconSettings },
    ],
  },
] as const;
