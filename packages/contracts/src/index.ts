export * from './content.ts';
export * from './permissions.ts';
export * from './realtime.ts';
export * from './send.ts';
