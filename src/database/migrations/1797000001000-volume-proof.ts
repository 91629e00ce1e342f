import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reads the ledger once, under a lock that keeps nobody from reading or writing: so that the next migration has to read nothing. */
export class VolumeProof1797000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notifications VALIDATE CONSTRAINT notifications_of_volume');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      DECLARE bounds text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint
                              WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_of_volume');
      BEGIN
        EXECUTE format('ALTER TABLE notifications DROP CONSTRAINT notifications_of_volume, ADD CONSTRAINT notifications_of_volume %s NOT VALID', bounds);
      END $$;`);
  }
}
