import { totalmem } from 'node:os';

/** Settings for a small machine (2 cores, the whole at rest under 250 MB) that do not hold back a larger one. */
export function settings(major: number): string {
  const megabytes = totalmem() / 1024 / 1024;
  // A sixteenth of the memory: pages count only once touched. 128 MB is PostgreSQL's own default.
  const buffers = Math.round(Math.min(512, Math.max(64, megabytes / 16)));
  const lines = [
    `shared_buffers = ${buffers}MB`,
    `effective_cache_size = ${Math.round(Math.max(256, megabytes / 3))}MB`,
    'huge_pages = off', // would claim all of shared_buffers at once
    'max_connections = 80',
    'wal_buffers = 4MB', // written round, so that all of it is touched; by default 16 MB of 512
    'work_mem = 8MB',
    'maintenance_work_mem = 64MB',
    'max_wal_size = 2GB', // fewer checkpoints while a burst is ingested
    'min_wal_size = 64MB',
    'checkpoint_timeout = 15min',
    'synchronous_commit = on', // an acknowledged webhook survives a power cut
    'random_page_cost = 1.1', // SSD
    'jit = off', // every statement is short; compiling costs more than it saves
    'max_parallel_workers_per_gather = 0', // two cores are busy with many short statements
    'max_worker_processes = 4',
    'max_prepared_transactions = 0',
    'autovacuum_naptime = 10s', // queues of rows turn over fast
    'autovacuum_vacuum_scale_factor = 0.05',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "log_line_prefix = '%m [%p] '",
    'log_checkpoints = off',
    'log_lock_waits = on',
    "idle_session_timeout = '0'",
  ];
  // Three I/O worker processes gain nothing on pages that lie in the system's cache.
  if (major >= 18) lines.push('io_method = sync');
  return `# Written by chaski at every start. Your own settings belong into postgresql.conf, below the include.\n${lines.join('\n')}\n`;
}
