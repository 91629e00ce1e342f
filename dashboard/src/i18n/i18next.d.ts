import type ai from './en/ai.json';
import type audit from './en/audit.json';
import type campaigns from './en/campaigns.json';
import type common from './en/common.json';
import type customers from './en/customers.json';
import type dispatches from './en/dispatches.json';
import type notifications from './en/notifications.json';
import type overview from './en/overview.json';
import type rules from './en/rules.json';
import type segments from './en/segments.json';
import type settings from './en/settings.json';
import type suppressions from './en/suppressions.json';
import type wizard from './en/wizard.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      ai: typeof ai;
      audit: typeof audit;
      campaigns: typeof campaigns;
      common: typeof common;
      customers: typeof customers;
      dispatches: typeof dispatches;
      notifications: typeof notifications;
      overview: typeof overview;
      rules: typeof rules;
      segments: typeof segments;
      settings: typeof settings;
      suppressions: typeof suppressions;
      wizard: typeof wizard;
    };
  }
}
