import type { Command } from 'commander';

/** `chaski migrate`: stub. */
export function addMigrate(_program: Command): void {}
