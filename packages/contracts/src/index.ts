export * from './content.ts';
export * from './send.ts';
