import type { Command } from 'commander';

/** `chaski replay`: stub. */
export function addReplay(_program: Command): void {}
