export * from './content.ts';
export * from './content-inbound.ts';
export * from './content-words.ts';
export * from './permissions.ts';
export * from './realtime.ts';
export * from './segment.ts';
export * from './send.ts';
export * from './template.ts';
