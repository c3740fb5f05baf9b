import type { Command } from 'commander';

/** `chaski queue`: stub. */
export function addQueue(_program: Command): void {}
