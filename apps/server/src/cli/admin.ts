import type { Command } from 'commander';

/** `chaski admin`: stub. */
export function addAdmin(_program: Command): void {}
