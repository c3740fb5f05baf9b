/**
 * An error's envelope, with what clients of PostgREST (`message`, `code`, `details`, `hint`) and of GoTrue (`msg`,
 * `error_code`) look for beside it. Whatever is no envelope stays as it is.
 */
export function asSupabaseSays(payload: string): string {
  const body = JSON.parse(payload) as { error?: { code?: string; message?: string } };
  const { code, message } = body.error ?? {};
  if (code === undefined || message === undefined) return payload;
  return JSON.stringify({
    code,
    error_code: code,
    message,
    msg: message,
    details: null,
    hint: null,
    ...body,
  });
}
