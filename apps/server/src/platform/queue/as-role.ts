/** The address of connections that act as `role` from their first statement on, and never as the bare login. */
export function asRole(url: string, role: string): string {
  // As text: addresses of sockets (postgresql:///db?host=/run) are none that URL reads. The last `options` counts.
  const before = /[?&]options=([^&]*)/.exec(url)?.[1];
  const options = `${before ? `${decodeURIComponent(before.replaceAll('+', ' '))} ` : ''}-c role=${role}`;
  const mark = url.includes('?') ? '&' : '?';
  return `${url}${mark}options=${encodeURIComponent(options)}`;
}
