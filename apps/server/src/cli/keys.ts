import type { Command } from 'commander';

/** `chaski keys`: stub. */
export function addKeys(_program: Command): void {}
