import { type Dirent } from 'node:fs';
import { chmod, copyFile, lchown, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { ConfigError } from '../../config/config';

/** Directories whose contents are of the running server: a copy begins with them empty. */
const EMPTIED = /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)$/;
/** Files of the running server, and those that are written for the copy. */
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|current_logfiles|backup_label(\.old)?|tablespace_map(\.old)?|(standby|recovery)\.signal|pg_internal\.init(\.\d+)?|pgsql_tmp.*)$/;
/** Of the state of the cluster, which the copy must not have older than the rest. */
const LAST = join('global', 'pg_control');

interface Owner {
  uid: number;
  gid: number;
}

/**
 * Copies the data directory of a running server, as the low-level API of PostgreSQL has it
 * (https://www.postgresql.org/docs/current/continuous-archiving.html): the WAL that makes the copy whole comes by replication.
 * @param client a session of the server, which it keeps until the copy is done: the backup ends with it
 */
export async function copyRunningServer(client: Client, from: string, to: string): Promise<void> {
  const owner = await stat(from);
  await client.query(`SELECT pg_backup_start('a standby', true)`);
  await copyDirectory(from, to, '', owner);
  await copy(from, to, LAST, owner);
  const { rows } = await client.query<{ labelfile: string; spcmapfile: string }>(
    'SELECT labelfile, spcmapfile FROM pg_backup_stop(false)',
  );
  const [{ labelfile, spcmapfile }] = rows;
  if (spcmapfile) throw new ConfigError('The server has tablespaces: make the standby with pg_basebackup');
  await writeFile(join(to, 'backup_label'), labelfile, { mode: 0o600 });
  await lchown(join(to, 'backup_label'), owner.uid, owner.gid);
}

async function copyDirectory(from: string, to: string, name: string, owner: Owner): Promise<void> {
  await mkdir(join(to, name), { recursive: true, mode: 0o700 });
  await lchown(join(to, name), owner.uid, owner.gid);
  if (EMPTIED.test(name)) return;
  for (const entry of await entriesOf(join(from, name))) {
    const path = join(name, entry.name);
    if (LEFT_OUT.test(entry.name) || path === LAST) continue;
    if (entry.isDirectory()) await copyDirectory(from, to, path, owner);
    else if (name === '' && entry.name === 'pg_wal')
      await copyDirectory(from, to, path, owner); // elsewhere, by a link
    else if (entry.isFile()) await copy(from, to, path, owner);
  }
}

/** A file that is removed while everything is copied is not missed: the WAL says that it is gone. */
async function copy(from: string, to: string, path: string, { uid, gid }: Owner): Promise<void> {
  const made = join(to, path);
  try {
    await copyFile(join(from, path), made);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await chmod(made, 0o600);
  await lchown(made, uid, gid);
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
