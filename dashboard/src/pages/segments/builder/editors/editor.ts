import type { ValueSchema } from '../../rules/value-schema';

/** What an editor of a value is given. */
export interface EditorProps<V = unknown> {
  /** The filter it is a value of: whose values are offered, and in whose unit it is. */
  filter: string;
  schema: ValueSchema;
  /** The service offers values out of the data. */
  hasValues?: boolean;
  example?: unknown;
  /** Its name, for those who do not see what stands beside it. */
  label: string;
  value: V;
  onChange: (value: unknown) => void;
  error?: string;
}
