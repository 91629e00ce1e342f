import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a model takes customers to prefer by what they bought. Never in `users`, which is not ours. */
export class InferredPreferences1796600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One a customer, the newest. No foreign key: users is not ours.
      CREATE TABLE inferred_preferences (
        user_id     uuid PRIMARY KEY,
        preferences jsonb NOT NULL CHECK (jsonb_typeof(preferences) = 'object'),  -- {"likes": ["tea"]}: of every key a list of texts
        evidence    jsonb NOT NULL CHECK (jsonb_typeof(evidence) = 'array'),      -- [{"key", "value", "purchase_ids"}]
        model       text NOT NULL,
        inferred_at timestamptz(3) NOT NULL
      );
      CREATE INDEX inferred_preferences_contain ON inferred_preferences USING gin (preferences jsonb_path_ops);
      REVOKE ALL ON inferred_preferences FROM PUBLIC;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE inferred_preferences');
  }
}
