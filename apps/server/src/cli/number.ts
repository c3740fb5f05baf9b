import type { Command } from 'commander';

/** `chaski number`: stub. */
export function addNumber(_program: Command): void {}
