import type { Config } from '../config/config';
import { shownVariables } from '../config/shown-variables';
import { variables } from '../config/variables';
import type { VariableView } from './settings.dto';

/** Every variable as an admin may see it. */
export function configurationOf(config: Config): VariableView[] {
  const names = Object.keys(variables) as (keyof typeof variables)[];
  return names.map((name) => {
    const value = config[name];
    const { default: byDefault, desc } = variables[name] as { default?: unknown; desc?: string };
    return {
      name,
      value: isSet(value) ? (shownVariables.has(name) ? asText(value) : 'set') : 'not set',
      is_default: JSON.stringify(value) === JSON.stringify(byDefault),
      meaning: desc ?? '',
    };
  });
}

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

/** As it stands in the environment, lists with commas: `email=smtp,sms=log` */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(',');
  if (typeof value === 'object' && value !== null) {
    const { channel, value: ofChannel } = value as { channel: string; value: unknown };
    return `${channel}=${asText(ofChannel)}`;
  }
  return withoutCredentials(String(value));
}

/** An address without user, password, query and fragment, each of which may let somebody in; what is no address stays as it is. */
function withoutCredentials(text: string): string {
  if (!text.includes('://')) return text;
  if (!URL.canParse(text)) return 'set';
  const url = new URL(text);
  if (!url.username && !url.password && !url.search && !url.hash) return text;
  return Object.assign(url, { username: '', password: '', search: '', hash: '' }).href;
}
