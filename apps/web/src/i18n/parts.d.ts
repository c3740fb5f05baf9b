declare module '*.json?first' {
  const texts: import('./words.ts').Texts;
  export default texts;
}
declare module '*.json?rest' {
  const texts: import('./words.ts').Texts;
  export default texts;
}
