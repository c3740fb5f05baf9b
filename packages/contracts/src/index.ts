export * from './content.ts';
export * from './permissions.ts';
export * from './send.ts';
