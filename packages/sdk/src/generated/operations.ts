// Generated from the routes by `npm run api`. Do not edit.
import type { Bytes, Call } from '../call.ts';
import type * as t from './types.ts';

/** Every operation of the API, by area. */
export function operations(call: Call) {
  return {
    accounts: {
      list: (input?: { query?: t.AccountsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.AccountsListResponses[keyof t.AccountsListResponses]>(
          { method: 'GET', path: '/v1/accounts', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Connects an account: its credentials are asked about, kept sealed, and webhooks are subscribed in the background. */
      create: (input: { body: t.AccountsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AccountsCreateResponses[keyof t.AccountsCreateResponses]>(
          { method: 'POST', path: '/v1/accounts', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.AccountsGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.AccountsGetResponses[keyof t.AccountsGetResponses]>(
          { method: 'GET', path: '/v1/accounts/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (
        input: t.AccountsUpdateData['path'] & { body: t.AccountsUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.AccountsUpdateResponses[keyof t.AccountsUpdateResponses]>(
          { method: 'PATCH', path: '/v1/accounts/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.AccountsDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/accounts/{id}', answer: 'none' }, input ?? {}, more),
      /** Has webhooks of the account come here, once more. The outcome shows in `webhooksSubscribed`. */
      subscribe: (input: t.AccountsSubscribeData['path'], more?: Parameters<Call>[2]) =>
        call<t.AccountsSubscribeResponses[keyof t.AccountsSubscribeResponses]>(
          { method: 'POST', path: '/v1/accounts/{id}/subscribe', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    analytics: {
      /** Volume, waits, failures and pricing between two days. Statuses that come late count within a day. */
      list: (input: { query: t.AnalyticsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.AnalyticsListResponses[keyof t.AnalyticsListResponses]>(
          { method: 'GET', path: '/v1/analytics', answer: 'json' },
          input ?? {},
          more,
        ),
      /** One table of the report as CSV (UTF-8 with BOM). */
      getExport: (input: { query: t.AnalyticsGetExportData['query'] }, more?: Parameters<Call>[2]) =>
        call<Response>(
          { method: 'GET', path: '/v1/analytics/export', answer: 'response' },
          input ?? {},
          more,
        ),
    },
    apiKeys: {
      list: (input?: { query?: t.ApiKeysListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.ApiKeysListResponses[keyof t.ApiKeysListResponses]>(
          { method: 'GET', path: '/v1/api-keys', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.ApiKeysCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.ApiKeysCreateResponses[keyof t.ApiKeysCreateResponses]>(
          { method: 'POST', path: '/v1/api-keys', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (
        input: t.ApiKeysUpdateData['path'] & { body: t.ApiKeysUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ApiKeysUpdateResponses[keyof t.ApiKeysUpdateResponses]>(
          { method: 'PATCH', path: '/v1/api-keys/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Refused everywhere within a second, open sockets too. */
      delete: (input: t.ApiKeysDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/api-keys/{id}', answer: 'none' }, input ?? {}, more),
      /** A new text for the same key. The one so far goes on for the grace time. */
      rotate: (
        input: t.ApiKeysRotateData['path'] & { body?: t.ApiKeysRotateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ApiKeysRotateResponses[keyof t.ApiKeysRotateResponses]>(
          { method: 'POST', path: '/v1/api-keys/{id}/rotate', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    audit: {
      list: (input?: { query?: t.AuditListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.AuditListResponses[keyof t.AuditListResponses]>(
          { method: 'GET', path: '/v1/audit', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The lines as CSV, newest first. */
      getExport: (input?: { query?: t.AuditGetExportData['query'] }, more?: Parameters<Call>[2]) =>
        call<Response>({ method: 'GET', path: '/v1/audit/export', answer: 'response' }, input ?? {}, more),
      get: (input: t.AuditGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.AuditGetResponses[keyof t.AuditGetResponses]>(
          { method: 'GET', path: '/v1/audit/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    auth: {
      /** Makes an account and a workspace of its own, once the link in the mail is followed. With an invitation the account is ready at once. Known addresses get the same answer and a mail that says so. REGISTRATION decides whether it is open. */
      register: (input: { body: t.AuthRegisterData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthRegisterResponses[keyof t.AuthRegisterResponses]>(
          { method: 'POST', path: '/v1/auth/register', answer: 'json' },
          input ?? {},
          more,
        ),
      /** After registering: the link of the mail, and the password once more. */
      confirmAddress: (input: { body: t.AuthConfirmAddressData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthConfirmAddressResponses[keyof t.AuthConfirmAddressResponses]>(
          { method: 'POST', path: '/v1/auth/confirm-address', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Signs in, or asks for the second factor. */
      login: (input: { body: t.AuthLoginData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthLoginResponses[keyof t.AuthLoginResponses]>(
          { method: 'POST', path: '/v1/auth/login', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Ends this session. */
      logout: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<void>({ method: 'POST', path: '/v1/auth/logout', answer: 'none' }, input ?? {}, more),
      getMe: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.AuthGetMeResponses[keyof t.AuthGetMeResponses]>(
          { method: 'GET', path: '/v1/auth/me', answer: 'json' },
          input ?? {},
          more,
        ),
      updateMe: (input: { body: t.AuthUpdateMeData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthUpdateMeResponses[keyof t.AuthUpdateMeResponses]>(
          { method: 'PATCH', path: '/v1/auth/me', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Mails a link, if the address has an account. The answer does not say whether. */
      forgotPassword: (input: { body: t.AuthForgotPasswordData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthForgotPasswordResponses[keyof t.AuthForgotPasswordResponses]>(
          { method: 'POST', path: '/v1/auth/forgot-password', answer: 'json' },
          input ?? {},
          more,
        ),
      /** A new password by the link of the mail. All sessions end. */
      resetPassword: (input: { body: t.AuthResetPasswordData['body'] }, more?: Parameters<Call>[2]) =>
        call<void>({ method: 'POST', path: '/v1/auth/reset-password', answer: 'none' }, input ?? {}, more),
      /** Makes another of your workspaces the current one. */
      putWorkspace: (input: { body: t.AuthPutWorkspaceData['body'] }, more?: Parameters<Call>[2]) =>
        call<void>({ method: 'PUT', path: '/v1/auth/workspace', answer: 'none' }, input ?? {}, more),
      /** Your other sessions end. */
      putPassword: (input: { body: t.AuthPutPasswordData['body'] }, more?: Parameters<Call>[2]) =>
        call<void>({ method: 'PUT', path: '/v1/auth/password', answer: 'none' }, input ?? {}, more),
      /** Mails a link to the new address; it counts once the link is followed. */
      email: (input: { body: t.AuthEmailData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthEmailResponses[keyof t.AuthEmailResponses]>(
          { method: 'POST', path: '/v1/auth/email', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The link of the mail: the address it went to is yours from now on. */
      confirmNewAddress: (input: { body: t.AuthConfirmNewAddressData['body'] }, more?: Parameters<Call>[2]) =>
        call<void>(
          { method: 'POST', path: '/v1/auth/confirm-new-address', answer: 'none' },
          input ?? {},
          more,
        ),
      listSessions: (input?: { query?: t.AuthListSessionsData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthListSessionsResponses[keyof t.AuthListSessionsResponses]>(
          { method: 'GET', path: '/v1/auth/sessions', answer: 'json' },
          input ?? {},
          more,
        ),
      deleteSession: (input: t.AuthDeleteSessionData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/auth/sessions/{id}', answer: 'none' }, input ?? {}, more),
      /** Ends all your sessions but this one. */
      createSessionEndOther: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.AuthCreateSessionEndOtherResponses[keyof t.AuthCreateSessionEndOtherResponses]>(
          { method: 'POST', path: '/v1/auth/sessions/end-others', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What you have besides a password. */
      listFactors: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.AuthListFactorsResponses[keyof t.AuthListFactorsResponses]>(
          { method: 'GET', path: '/v1/auth/factors', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Begins with an authenticator app: show `uri` as a QR code, then confirm a first code. */
      totp: (input: { body: t.AuthTotpData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthTotpResponses[keyof t.AuthTotpResponses]>(
          { method: 'POST', path: '/v1/auth/totp', answer: 'json' },
          input ?? {},
          more,
        ),
      /** From now on signing in asks for a code. The first second factor brings recovery codes. */
      totpConfirm: (input: { body: t.AuthTotpConfirmData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthTotpConfirmResponses[keyof t.AuthTotpConfirmResponses]>(
          { method: 'POST', path: '/v1/auth/totp/confirm', answer: 'json' },
          input ?? {},
          more,
        ),
      totpRemove: (input: { body: t.AuthTotpRemoveData['body'] }, more?: Parameters<Call>[2]) =>
        call<void>({ method: 'POST', path: '/v1/auth/totp/remove', answer: 'none' }, input ?? {}, more),
      /** Ten new codes; those before are void. */
      createRecoveryCode: (
        input: { body: t.AuthCreateRecoveryCodeData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.AuthCreateRecoveryCodeResponses[keyof t.AuthCreateRecoveryCodeResponses]>(
          { method: 'POST', path: '/v1/auth/recovery-codes', answer: 'json' },
          input ?? {},
          more,
        ),
      /** All of them. There are few: no pages. */
      listPasskeys: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.AuthListPasskeysResponses[keyof t.AuthListPasskeysResponses]>(
          { method: 'GET', path: '/v1/auth/passkeys', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Keeps a passkey. It signs in alone, or after the password. The first second factor brings recovery codes. */
      createPasskey: (input: { body: t.AuthCreatePasskeyData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthCreatePasskeyResponses[keyof t.AuthCreatePasskeyResponses]>(
          { method: 'POST', path: '/v1/auth/passkeys', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What `navigator.credentials.create` is given; good for 5 minutes and one answer. */
      createPasskeyOption: (
        input: { body: t.AuthCreatePasskeyOptionData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.AuthCreatePasskeyOptionResponses[keyof t.AuthCreatePasskeyOptionResponses]>(
          { method: 'POST', path: '/v1/auth/passkeys/options', answer: 'json' },
          input ?? {},
          more,
        ),
      updatePasskey: (
        input: t.AuthUpdatePasskeyData['path'] & { body: t.AuthUpdatePasskeyData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.AuthUpdatePasskeyResponses[keyof t.AuthUpdatePasskeyResponses]>(
          { method: 'PATCH', path: '/v1/auth/passkeys/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      passkeyRemove: (
        input: t.AuthPasskeyRemoveData['path'] & { body: t.AuthPasskeyRemoveData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<void>(
          { method: 'POST', path: '/v1/auth/passkeys/{id}/remove', answer: 'none' },
          input ?? {},
          more,
        ),
      /** Finishes a login with a code of the authenticator app or a recovery code. Five tries a login. */
      secondFactor: (input: { body: t.AuthSecondFactorData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthSecondFactorResponses[keyof t.AuthSecondFactorResponses]>(
          { method: 'POST', path: '/v1/auth/second-factor', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What `navigator.credentials.get` is given to finish a login. */
      createSecondFactorPasskeyOption: (
        input: { body: t.AuthCreateSecondFactorPasskeyOptionData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<
          t.AuthCreateSecondFactorPasskeyOptionResponses[keyof t.AuthCreateSecondFactorPasskeyOptionResponses]
        >(
          { method: 'POST', path: '/v1/auth/second-factor/passkey/options', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Finishes a login with a passkey. */
      secondFactorPasskey: (
        input: { body: t.AuthSecondFactorPasskeyData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.AuthSecondFactorPasskeyResponses[keyof t.AuthSecondFactorPasskeyResponses]>(
          { method: 'POST', path: '/v1/auth/second-factor/passkey', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What `navigator.credentials.get` is given to sign in without a password. */
      createPasskeySignInOption: (
        input: { body: t.AuthCreatePasskeySignInOptionData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.AuthCreatePasskeySignInOptionResponses[keyof t.AuthCreatePasskeySignInOptionResponses]>(
          { method: 'POST', path: '/v1/auth/passkey/options', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Signs in by passkey alone: it stands for the password and the second factor. */
      passkey: (input: { body: t.AuthPasskeyData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.AuthPasskeyResponses[keyof t.AuthPasskeyResponses]>(
          { method: 'POST', path: '/v1/auth/passkey', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Whether there is single sign-on here, and what its button says. */
      getOidc: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.AuthGetOidcResponses[keyof t.AuthGetOidcResponses]>(
          { method: 'GET', path: '/v1/auth/oidc', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Sends the browser to the issuer. */
      getOidcStart: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<Response>({ method: 'GET', path: '/v1/auth/oidc/start', answer: 'response' }, input ?? {}, more),
      /** Where the issuer sends the browser back to. */
      getOidcCallback: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<Response>(
          { method: 'GET', path: '/v1/auth/oidc/callback', answer: 'response' },
          input ?? {},
          more,
        ),
    },
    businessHours: {
      /** When somebody is there, number by number. There are few: no pages. */
      list: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.BusinessHoursListResponses[keyof t.BusinessHoursListResponses]>(
          { method: 'GET', path: '/v1/business-hours', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    campaigns: {
      /** Newest first. */
      list: (input?: { query?: t.CampaignsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.CampaignsListResponses[keyof t.CampaignsListResponses]>(
          { method: 'GET', path: '/v1/campaigns', answer: 'json' },
          input ?? {},
          more,
        ),
      /** A draft: audience, message and schedule may come later. */
      create: (input: { body: t.CampaignsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.CampaignsCreateResponses[keyof t.CampaignsCreateResponses]>(
          { method: 'POST', path: '/v1/campaigns', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.CampaignsGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.CampaignsGetResponses[keyof t.CampaignsGetResponses]>(
          { method: 'GET', path: '/v1/campaigns/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Changes a draft; of a paused campaign what has not gone (message, schedule, options). Parts are replaced whole. An approval is gone with it. */
      update: (
        input: t.CampaignsUpdateData['path'] & { body: t.CampaignsUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsUpdateResponses[keyof t.CampaignsUpdateResponses]>(
          { method: 'PATCH', path: '/v1/campaigns/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** A draft only. */
      delete: (input: t.CampaignsDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/campaigns/{id}', answer: 'none' }, input ?? {}, more),
      /** A new draft with the same words. */
      duplicate: (
        input: t.CampaignsDuplicateData['path'] & { body?: t.CampaignsDuplicateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsDuplicateResponses[keyof t.CampaignsDuplicateResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/duplicate', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Freezes who gets what and when, behind the answer: `plan.state` goes from waiting to ready, and the event campaign.planned (or campaign.plan_failed) tells. */
      plan: (
        input: t.CampaignsPlanData['path'] & { body?: t.CampaignsPlanData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsPlanResponses[keyof t.CampaignsPlanResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/plan', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Starts it: at once, at its time, or when a second person approved it (workspace setting campaignApproval). */
      launch: (
        input: t.CampaignsLaunchData['path'] & { body?: t.CampaignsLaunchData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsLaunchResponses[keyof t.CampaignsLaunchResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/launch', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The second person’s yes. */
      approve: (
        input: t.CampaignsApproveData['path'] & { body?: t.CampaignsApproveData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsApproveResponses[keyof t.CampaignsApproveResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/approve', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Takes effect within a second. */
      pause: (
        input: t.CampaignsPauseData['path'] & { body?: t.CampaignsPauseData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsPauseResponses[keyof t.CampaignsPauseResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/pause', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Goes on behind the last who was queued. What paused it may pause it again. */
      resume: (
        input: t.CampaignsResumeData['path'] & { body?: t.CampaignsResumeData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsResumeResponses[keyof t.CampaignsResumeResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/resume', answer: 'json' },
          input ?? {},
          more,
        ),
      /** For good: who waits gets nothing. */
      cancel: (
        input: t.CampaignsCancelData['path'] & { body?: t.CampaignsCancelData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsCancelResponses[keyof t.CampaignsCancelResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/cancel', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Back to whoever wrote it, with the reason. */
      reject: (
        input: t.CampaignsRejectData['path'] & { body: t.CampaignsRejectData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsRejectResponses[keyof t.CampaignsRejectResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/reject', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Only those that failed, once more; 131049 not before its day is over. */
      retry: (
        input: t.CampaignsRetryData['path'] & { body?: t.CampaignsRetryData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsRetryResponses[keyof t.CampaignsRetryResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/retry', answer: 'json' },
          input ?? {},
          more,
        ),
      /** One message as the campaign would send it, to a phone of your own. No report counts it. */
      test: (
        input: t.CampaignsTestData['path'] & { body: t.CampaignsTestData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsTestResponses[keyof t.CampaignsTestResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/test', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Somebody did what the campaign was for. The last word about a person counts. */
      createConversion: (
        input: t.CampaignsCreateConversionData['path'] & { body: t.CampaignsCreateConversionData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsCreateConversionResponses[keyof t.CampaignsCreateConversionResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/conversions', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What the audience can fill variables with, before there is a plan: the columns of the list and the first person with a number. */
      getExample: (input: t.CampaignsGetExampleData['path'], more?: Parameters<Call>[2]) =>
        call<t.CampaignsGetExampleResponses[keyof t.CampaignsGetExampleResponses]>(
          { method: 'GET', path: '/v1/campaigns/{id}/example', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The audience as a list: the body itself (text/csv), or multipart with a part `file`; UTF-8, UTF-16 or Windows-1252, up to 32 MB. Its columns can fill variables. */
      uploadList: (input: t.CampaignsUploadListData['path'] & { body: Bytes }, more?: Parameters<Call>[2]) =>
        call<t.CampaignsUploadListResponses[keyof t.CampaignsUploadListResponses]>(
          { method: 'POST', path: '/v1/campaigns/{id}/list', answer: 'json' },
          input ?? {},
          more,
        ),
      /** From the frozen plan: how many will get it, how many will not and why, what it costs and how long it takes. 409 campaign_not_planned before there is a plan. */
      getPreflight: (input: t.CampaignsGetPreflightData['path'], more?: Parameters<Call>[2]) =>
        call<t.CampaignsGetPreflightResponses[keyof t.CampaignsGetPreflightResponses]>(
          { method: 'GET', path: '/v1/campaigns/{id}/preflight', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The plan and what became of it, line by line. */
      listRecipients: (
        input: t.CampaignsListRecipientsData['path'] & { query?: t.CampaignsListRecipientsData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.CampaignsListRecipientsResponses[keyof t.CampaignsListRecipientsResponses]>(
          { method: 'GET', path: '/v1/campaigns/{id}/recipients', answer: 'json' },
          input ?? {},
          more,
        ),
      /** In sums, as it stands now; the event campaign.progress says when to look again. */
      getReport: (input: t.CampaignsGetReportData['path'], more?: Parameters<Call>[2]) =>
        call<t.CampaignsGetReportResponses[keyof t.CampaignsGetReportResponses]>(
          { method: 'GET', path: '/v1/campaigns/{id}/report', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The report per person as CSV, safe to open in a spreadsheet. */
      getExport: (
        input: t.CampaignsGetExportData['path'] & { query?: t.CampaignsGetExportData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<Response>(
          { method: 'GET', path: '/v1/campaigns/{id}/export', answer: 'response' },
          input ?? {},
          more,
        ),
    },
    canSend: {
      get: (input?: { query?: t.CanSendGetData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.CanSendGetResponses[keyof t.CanSendGetResponses]>(
          { method: 'GET', path: '/v1/can-send', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    contactAttributes: {
      list: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.ContactAttributesListResponses[keyof t.ContactAttributesListResponses]>(
          { method: 'GET', path: '/v1/contact-attributes', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.ContactAttributesCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.ContactAttributesCreateResponses[keyof t.ContactAttributesCreateResponses]>(
          { method: 'POST', path: '/v1/contact-attributes', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (
        input: t.ContactAttributesUpdateData['path'] & { body: t.ContactAttributesUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactAttributesUpdateResponses[keyof t.ContactAttributesUpdateResponses]>(
          { method: 'PATCH', path: '/v1/contact-attributes/{key}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** With what contacts have of it. */
      delete: (input: t.ContactAttributesDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>(
          { method: 'DELETE', path: '/v1/contact-attributes/{key}', answer: 'none' },
          input ?? {},
          more,
        ),
    },
    contacts: {
      list: (input?: { query?: t.ContactsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.ContactsListResponses[keyof t.ContactsListResponses]>(
          { method: 'GET', path: '/v1/contacts', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.ContactsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.ContactsCreateResponses[keyof t.ContactsCreateResponses]>(
          { method: 'POST', path: '/v1/contacts', answer: 'json' },
          input ?? {},
          more,
        ),
      /** How many the list of the same question has, all pages together. */
      count: (input?: { query?: t.ContactsCountData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.ContactsCountResponses[keyof t.ContactsCountResponses]>(
          { method: 'GET', path: '/v1/contacts/count', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.ContactsGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.ContactsGetResponses[keyof t.ContactsGetResponses]>(
          { method: 'GET', path: '/v1/contacts/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** With `If-Match: <etag>` refused with 412 when somebody changed the contact meanwhile. */
      update: (
        input: t.ContactsUpdateData['path'] & { body: t.ContactsUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsUpdateResponses[keyof t.ContactsUpdateResponses]>(
          { method: 'PATCH', path: '/v1/contacts/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      optOut: (
        input: t.ContactsOptOutData['path'] & { body?: t.ContactsOptOutData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsOptOutResponses[keyof t.ContactsOptOutResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/opt-out', answer: 'json' },
          input ?? {},
          more,
        ),
      optIn: (
        input: t.ContactsOptInData['path'] & { body?: t.ContactsOptInData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsOptInResponses[keyof t.ContactsOptInResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/opt-in', answer: 'json' },
          input ?? {},
          more,
        ),
      block: (
        input: t.ContactsBlockData['path'] & { body?: t.ContactsBlockData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsBlockResponses[keyof t.ContactsBlockResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/block', answer: 'json' },
          input ?? {},
          more,
        ),
      unblock: (
        input: t.ContactsUnblockData['path'] & { body?: t.ContactsUnblockData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsUnblockResponses[keyof t.ContactsUnblockResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/unblock', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Exactly these labels from now on. */
      putLabels: (
        input: t.ContactsPutLabelsData['path'] & { body: t.ContactsPutLabelsData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsPutLabelsResponses[keyof t.ContactsPutLabelsResponses]>(
          { method: 'PUT', path: '/v1/contacts/{id}/labels', answer: 'json' },
          input ?? {},
          more,
        ),
      /** One change to up to 500 contacts, with a result for each. */
      bulk: (input: { body: t.ContactsBulkData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.ContactsBulkResponses[keyof t.ContactsBulkResponses]>(
          { method: 'POST', path: '/v1/contacts/bulk', answer: 'json' },
          input ?? {},
          more,
        ),
      listMerges: (
        input: t.ContactsListMergesData['path'] & { query?: t.ContactsListMergesData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsListMergesResponses[keyof t.ContactsListMergesResponses]>(
          { method: 'GET', path: '/v1/contacts/{id}/merges', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Takes another contact in. Its threads follow within moments. */
      createMerge: (
        input: t.ContactsCreateMergeData['path'] & { body: t.ContactsCreateMergeData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsCreateMergeResponses[keyof t.ContactsCreateMergeResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/merges', answer: 'json' },
          input ?? {},
          more,
        ),
      mergeUndo: (
        input: t.ContactsMergeUndoData['path'] & { body?: t.ContactsMergeUndoData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsMergeUndoResponses[keyof t.ContactsMergeUndoResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/merges/{mergeId}/undo', answer: 'json' },
          input ?? {},
          more,
        ),
      listImports: (input?: { query?: t.ContactsListImportsData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.ContactsListImportsResponses[keyof t.ContactsListImportsResponses]>(
          { method: 'GET', path: '/v1/contacts/imports', answer: 'json' },
          input ?? {},
          more,
        ),
      getImport: (input: t.ContactsGetImportData['path'], more?: Parameters<Call>[2]) =>
        call<t.ContactsGetImportResponses[keyof t.ContactsGetImportResponses]>(
          { method: 'GET', path: '/v1/contacts/imports/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Every row that was left out or taken without something, as CSV. */
      getImportReport: (input: t.ContactsGetImportReportData['path'], more?: Parameters<Call>[2]) =>
        call<Response>(
          { method: 'GET', path: '/v1/contacts/imports/{id}/report', answer: 'response' },
          input ?? {},
          more,
        ),
      /** What an import would make of a list; changes nothing. The list as the body (text/csv), or multipart with a part `file`; UTF-8, UTF-16 or Windows-1252, up to 32 MB. */
      importPreview: (
        input: { query?: t.ContactsImportPreviewData['query'] } & { body: Bytes },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsImportPreviewResponses[keyof t.ContactsImportPreviewResponses]>(
          { method: 'POST', path: '/v1/contacts/import/preview', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Starts an import: contacts are made and changed, nobody is opted in or removed. The list as the body (text/csv), or multipart with a part `file`; UTF-8, UTF-16 or Windows-1252, up to 32 MB. */
      import: (
        input: { query?: t.ContactsImportData['query'] } & { body: Bytes },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsImportResponses[keyof t.ContactsImportResponses]>(
          { method: 'POST', path: '/v1/contacts/import', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Contacts as CSV (UTF-8 with BOM), newest first; filters as in the list. */
      getExport: (input?: { query?: t.ContactsGetExportData['query'] }, more?: Parameters<Call>[2]) =>
        call<Response>({ method: 'GET', path: '/v1/contacts/export', answer: 'response' }, input ?? {}, more),
      listNotes: (
        input: t.ContactsListNotesData['path'] & { query?: t.ContactsListNotesData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsListNotesResponses[keyof t.ContactsListNotesResponses]>(
          { method: 'GET', path: '/v1/contacts/{id}/notes', answer: 'json' },
          input ?? {},
          more,
        ),
      createNote: (
        input: t.ContactsCreateNoteData['path'] & { body: t.ContactsCreateNoteData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsCreateNoteResponses[keyof t.ContactsCreateNoteResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/notes', answer: 'json' },
          input ?? {},
          more,
        ),
      updateNote: (
        input: t.ContactsUpdateNoteData['path'] & { body: t.ContactsUpdateNoteData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsUpdateNoteResponses[keyof t.ContactsUpdateNoteResponses]>(
          { method: 'PATCH', path: '/v1/contacts/{id}/notes/{noteId}', answer: 'json' },
          input ?? {},
          more,
        ),
      deleteNote: (input: t.ContactsDeleteNoteData['path'], more?: Parameters<Call>[2]) =>
        call<void>(
          { method: 'DELETE', path: '/v1/contacts/{id}/notes/{noteId}', answer: 'none' },
          input ?? {},
          more,
        ),
      /** Takes a person out of everything: rows, messages, files, bodies of webhooks, events, audit. A job does it; /v1/erasures/{id} has its report. */
      erase: (
        input: t.ContactsEraseData['path'] & { body: t.ContactsEraseData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ContactsEraseResponses[keyof t.ContactsEraseResponses]>(
          { method: 'POST', path: '/v1/contacts/{id}/erase', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    conversations: {
      list: (input?: { query?: t.ConversationsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.ConversationsListResponses[keyof t.ConversationsListResponses]>(
          { method: 'GET', path: '/v1/conversations', answer: 'json' },
          input ?? {},
          more,
        ),
      /** How many each view, number, team and label holds, and how many of them are unread. */
      listCounts: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.ConversationsListCountsResponses[keyof t.ConversationsListCountsResponses]>(
          { method: 'GET', path: '/v1/conversations/counts', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.ConversationsGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.ConversationsGetResponses[keyof t.ConversationsGetResponses]>(
          { method: 'GET', path: '/v1/conversations/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Who assigned, labelled, snoozed, closed, noted: newest first, kept with the conversation. */
      listEvents: (
        input: t.ConversationsListEventsData['path'] & { query?: t.ConversationsListEventsData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsListEventsResponses[keyof t.ConversationsListEventsResponses]>(
          { method: 'GET', path: '/v1/conversations/{id}/events', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Members who looked, wrote or noted; the last one first. */
      listParticipants: (input: t.ConversationsListParticipantsData['path'], more?: Parameters<Call>[2]) =>
        call<t.ConversationsListParticipantsResponses[keyof t.ConversationsListParticipantsResponses]>(
          { method: 'GET', path: '/v1/conversations/{id}/participants', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Gives it to a member, a team, both or nobody. */
      assign: (
        input: t.ConversationsAssignData['path'] & { body: t.ConversationsAssignData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsAssignResponses[keyof t.ConversationsAssignResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/assign', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Nobody’s again; its team stays. */
      unassign: (
        input: t.ConversationsUnassignData['path'] & { body?: t.ConversationsUnassignData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsUnassignResponses[keyof t.ConversationsUnassignResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/unassign', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Takes it, if it is nobody’s. Of all who try exactly one wins; the others learn who. */
      claim: (
        input: t.ConversationsClaimData['path'] & { body?: t.ConversationsClaimData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsClaimResponses[keyof t.ConversationsClaimResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/claim', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Puts it aside until then, or until the person writes. */
      snooze: (
        input: t.ConversationsSnoozeData['path'] & { body: t.ConversationsSnoozeData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsSnoozeResponses[keyof t.ConversationsSnoozeResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/snooze', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Done, and read for everybody. It opens again when the person writes. */
      close: (
        input: t.ConversationsCloseData['path'] & { body?: t.ConversationsCloseData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsCloseResponses[keyof t.ConversationsCloseResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/close', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Opens what is closed or snoozed. */
      reopen: (
        input: t.ConversationsReopenData['path'] & { body?: t.ConversationsReopenData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsReopenResponses[keyof t.ConversationsReopenResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/reopen', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The asking member has read it; for colleagues it stays unread. An API key reads for all, and needs conversations:write for that. The person is not told; mark a message as read for that. */
      read: (
        input: t.ConversationsReadData['path'] & { body?: t.ConversationsReadData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsReadResponses[keyof t.ConversationsReadResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/read', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The asking member wants to see it again. */
      unread: (
        input: t.ConversationsUnreadData['path'] & { body?: t.ConversationsUnreadData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsUnreadResponses[keyof t.ConversationsUnreadResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/unread', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Adds labels. */
      createLabel: (
        input: t.ConversationsCreateLabelData['path'] & { body: t.ConversationsCreateLabelData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsCreateLabelResponses[keyof t.ConversationsCreateLabelResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/labels', answer: 'json' },
          input ?? {},
          more,
        ),
      deleteLabel: (input: t.ConversationsDeleteLabelData['path'], more?: Parameters<Call>[2]) =>
        call<t.ConversationsDeleteLabelResponses[keyof t.ConversationsDeleteLabelResponses]>(
          { method: 'DELETE', path: '/v1/conversations/{id}/labels/{labelId}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** One thing done to up to 500 conversations, with a result for each. */
      bulk: (input: { body: t.ConversationsBulkData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.ConversationsBulkResponses[keyof t.ConversationsBulkResponses]>(
          { method: 'POST', path: '/v1/conversations/bulk', answer: 'json' },
          input ?? {},
          more,
        ),
      listNotes: (
        input: t.ConversationsListNotesData['path'] & { query?: t.ConversationsListNotesData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsListNotesResponses[keyof t.ConversationsListNotesResponses]>(
          { method: 'GET', path: '/v1/conversations/{id}/notes', answer: 'json' },
          input ?? {},
          more,
        ),
      createNote: (
        input: t.ConversationsCreateNoteData['path'] & { body: t.ConversationsCreateNoteData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsCreateNoteResponses[keyof t.ConversationsCreateNoteResponses]>(
          { method: 'POST', path: '/v1/conversations/{id}/notes', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Its author’s. With `If-Match: <etag>` refused with 412 when somebody changed it meanwhile. */
      updateNote: (
        input: t.ConversationsUpdateNoteData['path'] & { body: t.ConversationsUpdateNoteData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsUpdateNoteResponses[keyof t.ConversationsUpdateNoteResponses]>(
          { method: 'PATCH', path: '/v1/conversations/{id}/notes/{noteId}', answer: 'json' },
          input ?? {},
          more,
        ),
      deleteNote: (input: t.ConversationsDeleteNoteData['path'], more?: Parameters<Call>[2]) =>
        call<void>(
          { method: 'DELETE', path: '/v1/conversations/{id}/notes/{noteId}', answer: 'none' },
          input ?? {},
          more,
        ),
      /** Everybody’s, newest first. */
      listDrafts: (input: t.ConversationsListDraftsData['path'], more?: Parameters<Call>[2]) =>
        call<t.ConversationsListDraftsResponses[keyof t.ConversationsListDraftsResponses]>(
          { method: 'GET', path: '/v1/conversations/{id}/drafts', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The asking member’s. The last one written counts. */
      putDraft: (
        input: t.ConversationsPutDraftData['path'] & { body: t.ConversationsPutDraftData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.ConversationsPutDraftResponses[keyof t.ConversationsPutDraftResponses]>(
          { method: 'PUT', path: '/v1/conversations/{id}/draft', answer: 'json' },
          input ?? {},
          more,
        ),
      deleteDraft: (input: t.ConversationsDeleteDraftData['path'], more?: Parameters<Call>[2]) =>
        call<void>(
          { method: 'DELETE', path: '/v1/conversations/{id}/draft', answer: 'none' },
          input ?? {},
          more,
        ),
      /** The campaigns that reached this person, newest first: which one a reply is about. */
      listCampaigns: (input: t.ConversationsListCampaignsData['path'], more?: Parameters<Call>[2]) =>
        call<t.ConversationsListCampaignsResponses[keyof t.ConversationsListCampaignsResponses]>(
          { method: 'GET', path: '/v1/conversations/{id}/campaigns', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    erasures: {
      list: (input?: { query?: t.ErasuresListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.ErasuresListResponses[keyof t.ErasuresListResponses]>(
          { method: 'GET', path: '/v1/erasures', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.ErasuresGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.ErasuresGetResponses[keyof t.ErasuresGetResponses]>(
          { method: 'GET', path: '/v1/erasures/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    events: {
      /** Everything that happened, in its order, after a number. Go on with `nextAfter`. */
      list: (input?: { query?: t.EventsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.EventsListResponses[keyof t.EventsListResponses]>(
          { method: 'GET', path: '/v1/events', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    invitations: {
      /** What the link of a mail invites to, before anybody signs in or fills in a form. */
      look: (input: { body: t.InvitationsLookData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.InvitationsLookResponses[keyof t.InvitationsLookResponses]>(
          { method: 'POST', path: '/v1/invitations/look', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Makes you a member, and the workspace your current one. Register takes the link too. */
      accept: (input: { body: t.InvitationsAcceptData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.InvitationsAcceptResponses[keyof t.InvitationsAcceptResponses]>(
          { method: 'POST', path: '/v1/invitations/accept', answer: 'json' },
          input ?? {},
          more,
        ),
      list: (input?: { query?: t.InvitationsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.InvitationsListResponses[keyof t.InvitationsListResponses]>(
          { method: 'GET', path: '/v1/invitations', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Mails a link that is good for seven days. Without a role the person becomes a viewer. */
      create: (input: { body: t.InvitationsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.InvitationsCreateResponses[keyof t.InvitationsCreateResponses]>(
          { method: 'POST', path: '/v1/invitations', answer: 'json' },
          input ?? {},
          more,
        ),
      resend: (input: t.InvitationsResendData['path'], more?: Parameters<Call>[2]) =>
        call<t.InvitationsResendResponses[keyof t.InvitationsResendResponses]>(
          { method: 'POST', path: '/v1/invitations/{id}/resend', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.InvitationsDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/invitations/{id}', answer: 'none' }, input ?? {}, more),
    },
    labels: {
      list: (input?: { query?: t.LabelsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.LabelsListResponses[keyof t.LabelsListResponses]>(
          { method: 'GET', path: '/v1/labels', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.LabelsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.LabelsCreateResponses[keyof t.LabelsCreateResponses]>(
          { method: 'POST', path: '/v1/labels', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (
        input: t.LabelsUpdateData['path'] & { body: t.LabelsUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.LabelsUpdateResponses[keyof t.LabelsUpdateResponses]>(
          { method: 'PATCH', path: '/v1/labels/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.LabelsDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/labels/{id}', answer: 'none' }, input ?? {}, more),
    },
    media: {
      /** The bytes. */
      get: (input: t.MediaGetData['path'], more?: Parameters<Call>[2]) =>
        call<Response>({ method: 'GET', path: '/v1/media/{id}', answer: 'response' }, input ?? {}, more),
      /** Removes the bytes and the name. Messages that show the file say that it was deleted. */
      delete: (input: t.MediaDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<t.MediaDeleteResponses[keyof t.MediaDeleteResponses]>(
          { method: 'DELETE', path: '/v1/media/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      getInfo: (input: t.MediaGetInfoData['path'], more?: Parameters<Call>[2]) =>
        call<t.MediaGetInfoResponses[keyof t.MediaGetInfoResponses]>(
          { method: 'GET', path: '/v1/media/{id}/info', answer: 'json' },
          input ?? {},
          more,
        ),
      /** An address that needs no key and ends after at most five minutes. */
      getUrl: (
        input: t.MediaGetUrlData['path'] & { query?: t.MediaGetUrlData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.MediaGetUrlResponses[keyof t.MediaGetUrlResponses]>(
          { method: 'GET', path: '/v1/media/{id}/url', answer: 'json' },
          input ?? {},
          more,
        ),
      getContent: (
        input: t.MediaGetContentData['path'] & { query: t.MediaGetContentData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<Response>(
          { method: 'GET', path: '/v1/media/{id}/content', answer: 'response' },
          input ?? {},
          more,
        ),
      /** Fetches a file that failed once more. */
      fetch: (
        input: t.MediaFetchData['path'] & { body?: t.MediaFetchData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.MediaFetchResponses[keyof t.MediaFetchResponses]>(
          { method: 'POST', path: '/v1/media/{id}/fetch', answer: 'json' },
          input ?? {},
          more,
        ),
      /** One file: multipart with a part `file` (a field `kind` in front of it), or the bytes as the body. The kind is found by content; say kind=document to send an image or video as a file. */
      create: (input: { query?: t.MediaCreateData['query'] } & { body: Bytes }, more?: Parameters<Call>[2]) =>
        call<t.MediaCreateResponses[keyof t.MediaCreateResponses]>(
          { method: 'POST', path: '/v1/media', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    members: {
      list: (input?: { query?: t.MembersListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.MembersListResponses[keyof t.MembersListResponses]>(
          { method: 'GET', path: '/v1/members', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Role, limits, or disabled; counts from the next request of the member on. */
      update: (
        input: t.MembersUpdateData['path'] & { body: t.MembersUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.MembersUpdateResponses[keyof t.MembersUpdateResponses]>(
          { method: 'PATCH', path: '/v1/members/{userId}', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.MembersDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/members/{userId}', answer: 'none' }, input ?? {}, more),
    },
    messages: {
      /** Queues a message and answers at once; what becomes of it shows in its status. Refused with 403 and the reason when the policy says no (GET /v1/can-send tells beforehand). With an Idempotency-Key the same request has one effect and one answer for 24 hours; dedupeKey holds as long as the message exists; with another recipient or content it is refused (409 dedupe_mismatch). */
      create: (input: { body: t.MessagesCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.MessagesCreateResponses[keyof t.MessagesCreateResponses]>(
          { method: 'POST', path: '/v1/messages', answer: 'json' },
          input ?? {},
          more,
        ),
      list: (input?: { query?: t.MessagesListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.MessagesListResponses[keyof t.MessagesListResponses]>(
          { method: 'GET', path: '/v1/messages', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.MessagesGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.MessagesGetResponses[keyof t.MessagesGetResponses]>(
          { method: 'GET', path: '/v1/messages/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** An unconfirmed message may then arrive twice: nobody knows whether WhatsApp has it. */
      retry: (input: t.MessagesRetryData['path'], more?: Parameters<Call>[2]) =>
        call<t.MessagesRetryResponses[keyof t.MessagesRetryResponses]>(
          { method: 'POST', path: '/v1/messages/{id}/retry', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Earlier messages of the thread count as read too. Typing shows until the reply, 25 s at most. */
      read: (
        input: t.MessagesReadData['path'] & { body?: t.MessagesReadData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.MessagesReadResponses[keyof t.MessagesReadResponses]>(
          { method: 'POST', path: '/v1/messages/{id}/read', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    notices: {
      /** Everything WhatsApp said about the workspace's accounts and numbers, newest first: reviews, bans, limits, templates, and fields that no part of this program knows. */
      list: (input?: { query?: t.NoticesListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.NoticesListResponses[keyof t.NoticesListResponses]>(
          { method: 'GET', path: '/v1/notices', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    numbers: {
      list: (input?: { query?: t.NumbersListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.NumbersListResponses[keyof t.NumbersListResponses]>(
          { method: 'GET', path: '/v1/numbers', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.NumbersCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.NumbersCreateResponses[keyof t.NumbersCreateResponses]>(
          { method: 'POST', path: '/v1/numbers', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.NumbersGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.NumbersGetResponses[keyof t.NumbersGetResponses]>(
          { method: 'GET', path: '/v1/numbers/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (
        input: t.NumbersUpdateData['path'] & { body: t.NumbersUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.NumbersUpdateResponses[keyof t.NumbersUpdateResponses]>(
          { method: 'PATCH', path: '/v1/numbers/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      listNotices: (
        input: t.NumbersListNoticesData['path'] & { query?: t.NumbersListNoticesData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.NumbersListNoticesResponses[keyof t.NumbersListNoticesResponses]>(
          { method: 'GET', path: '/v1/numbers/{id}/notices', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The profile that people see, asked of WhatsApp. */
      getProfile: (input: t.NumbersGetProfileData['path'], more?: Parameters<Call>[2]) =>
        call<t.NumbersGetProfileResponses[keyof t.NumbersGetProfileResponses]>(
          { method: 'GET', path: '/v1/numbers/{id}/profile', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Changes what is given, at WhatsApp. */
      updateProfile: (
        input: t.NumbersUpdateProfileData['path'] & { body: t.NumbersUpdateProfileData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.NumbersUpdateProfileResponses[keyof t.NumbersUpdateProfileResponses]>(
          { method: 'PATCH', path: '/v1/numbers/{id}/profile', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    operator: {
      /** Acts as a member of a workspace for an hour: there alone, and never to change how the member signs in. Its audit says so, with the reason. */
      workspaceImpersonate: (
        input: t.OperatorWorkspaceImpersonateData['path'] & {
          body: t.OperatorWorkspaceImpersonateData['body'];
        },
        more?: Parameters<Call>[2],
      ) =>
        call<t.OperatorWorkspaceImpersonateResponses[keyof t.OperatorWorkspaceImpersonateResponses]>(
          { method: 'POST', path: '/v1/operator/workspaces/{id}/impersonate', answer: 'json' },
          input ?? {},
          more,
        ),
      listKeys: (input?: { query?: t.OperatorListKeysData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorListKeysResponses[keyof t.OperatorListKeysResponses]>(
          { method: 'GET', path: '/v1/operator/keys', answer: 'json' },
          input ?? {},
          more,
        ),
      /** A key for programs that register tenants, approve numbers or watch over the installation. It makes no keys, acts as nobody and reads no message. */
      createKey: (input: { body: t.OperatorCreateKeyData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorCreateKeyResponses[keyof t.OperatorCreateKeyResponses]>(
          { method: 'POST', path: '/v1/operator/keys', answer: 'json' },
          input ?? {},
          more,
        ),
      deleteKey: (input: t.OperatorDeleteKeyData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/operator/keys/{id}', answer: 'none' }, input ?? {}, more),
      /** The installation's own lines: accounts, sign-ins, plans, whatever belongs to no workspace. */
      listAudit: (input?: { query?: t.OperatorListAuditData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorListAuditResponses[keyof t.OperatorListAuditResponses]>(
          { method: 'GET', path: '/v1/operator/audit', answer: 'json' },
          input ?? {},
          more,
        ),
      /** All of them, the newest day first. There are few: no pages. */
      listRateCards: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.OperatorListRateCardsResponses[keyof t.OperatorListRateCardsResponses]>(
          { method: 'GET', path: '/v1/operator/rate-cards', answer: 'json' },
          input ?? {},
          more,
        ),
      /** A new version of what messages cost, from a day on. Plans keep the prices that they were made with. */
      createRateCard: (input: { body: t.OperatorCreateRateCardData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorCreateRateCardResponses[keyof t.OperatorCreateRateCardResponses]>(
          { method: 'POST', path: '/v1/operator/rate-cards', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What came in and could not be applied, oldest first. */
      getParked: (input?: { query?: t.OperatorGetParkedData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorGetParkedResponses[keyof t.OperatorGetParkedResponses]>(
          { method: 'GET', path: '/v1/operator/parked', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Webhook bodies as they were received, newest first. */
      listRawEvents: (input?: { query?: t.OperatorListRawEventsData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorListRawEventsResponses[keyof t.OperatorListRawEventsResponses]>(
          { method: 'GET', path: '/v1/operator/raw-events', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The bytes of one body. People wrote what is in it: each look is a line of the audit. */
      getRawEventBody: (input: t.OperatorGetRawEventBodyData['path'], more?: Parameters<Call>[2]) =>
        call<Response>(
          { method: 'GET', path: '/v1/operator/raw-events/{n}/body', answer: 'response' },
          input ?? {},
          more,
        ),
      /** Applies bodies again. What is applied already changes nothing. */
      replay: (input: { body: t.OperatorReplayData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorReplayResponses[keyof t.OperatorReplayResponses]>(
          { method: 'POST', path: '/v1/operator/replay', answer: 'json' },
          input ?? {},
          more,
        ),
      listWorkspaces: (
        input?: { query?: t.OperatorListWorkspacesData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.OperatorListWorkspacesResponses[keyof t.OperatorListWorkspacesResponses]>(
          { method: 'GET', path: '/v1/operator/workspaces', answer: 'json' },
          input ?? {},
          more,
        ),
      getWorkspace: (input: t.OperatorGetWorkspaceData['path'], more?: Parameters<Call>[2]) =>
        call<t.OperatorGetWorkspaceResponses[keyof t.OperatorGetWorkspaceResponses]>(
          { method: 'GET', path: '/v1/operator/workspaces/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Another plan, or suspended and back. A suspended workspace keeps receiving; its people and keys are refused. */
      updateWorkspace: (
        input: t.OperatorUpdateWorkspaceData['path'] & { body: t.OperatorUpdateWorkspaceData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.OperatorUpdateWorkspaceResponses[keyof t.OperatorUpdateWorkspaceResponses]>(
          { method: 'PATCH', path: '/v1/operator/workspaces/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What a workspace received, sent and stores, by month, kind and number. */
      getWorkspaceUsage: (
        input: t.OperatorGetWorkspaceUsageData['path'] & { query?: t.OperatorGetWorkspaceUsageData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.OperatorGetWorkspaceUsageResponses[keyof t.OperatorGetWorkspaceUsageResponses]>(
          { method: 'GET', path: '/v1/operator/workspaces/{id}/usage', answer: 'json' },
          input ?? {},
          more,
        ),
      /** All plans, the smallest first. There are few: no pages. */
      listPlans: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.OperatorListPlansResponses[keyof t.OperatorListPlansResponses]>(
          { method: 'GET', path: '/v1/operator/plans', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Changes a plan, or makes one; what is left out stays, or is that of `free`. Every process goes by it within 5 s. */
      updatePlan: (
        input: t.OperatorUpdatePlanData['path'] & { body: t.OperatorUpdatePlanData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.OperatorUpdatePlanResponses[keyof t.OperatorUpdatePlanResponses]>(
          { method: 'PATCH', path: '/v1/operator/plans/{name}', answer: 'json' },
          input ?? {},
          more,
        ),
      listNumbers: (input?: { query?: t.OperatorListNumbersData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorListNumbersResponses[keyof t.OperatorListNumbersResponses]>(
          { method: 'GET', path: '/v1/operator/numbers', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Approves (active), refuses or suspends a number. What came for it while it was not approved appears once it is. */
      updateNumber: (
        input: t.OperatorUpdateNumberData['path'] & { body: t.OperatorUpdateNumberData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.OperatorUpdateNumberResponses[keyof t.OperatorUpdateNumberResponses]>(
          { method: 'PATCH', path: '/v1/operator/numbers/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What gave up: messages, then jobs, then events, each oldest first. */
      listDeadLetters: (
        input?: { query?: t.OperatorListDeadLettersData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.OperatorListDeadLettersResponses[keyof t.OperatorListDeadLettersResponses]>(
          { method: 'GET', path: '/v1/operator/dead-letters', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Tries one again, with fresh attempts. */
      deadLetterRetry: (input: { body: t.OperatorDeadLetterRetryData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.OperatorDeadLetterRetryResponses[keyof t.OperatorDeadLetterRetryResponses]>(
          { method: 'POST', path: '/v1/operator/dead-letters/retry', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What waits, what gave up, and how large it all is. */
      getHealth: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.OperatorGetHealthResponses[keyof t.OperatorGetHealthResponses]>(
          { method: 'GET', path: '/v1/operator/health', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Where the demo’s simulated phones are, as the start prints it. */
      getSimulator: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.OperatorGetSimulatorResponses[keyof t.OperatorGetSimulatorResponses]>(
          { method: 'GET', path: '/v1/operator/simulator', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    parked: {
      /** What came in for this workspace and could not be applied, newest first. */
      get: (input?: { query?: t.ParkedGetData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.ParkedGetResponses[keyof t.ParkedGetResponses]>(
          { method: 'GET', path: '/v1/parked', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    push: {
      /** What a browser subscribes with (VAPID). */
      getKey: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.PushGetKeyResponses[keyof t.PushGetKeyResponses]>(
          { method: 'GET', path: '/v1/push/key', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Your browsers that are told, in this workspace. */
      listSubscriptions: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.PushListSubscriptionsResponses[keyof t.PushListSubscriptionsResponses]>(
          { method: 'GET', path: '/v1/push/subscriptions', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What the browser's `PushSubscription.toJSON()` gives. Ends with the session that asked. */
      createSubscription: (
        input: { body: t.PushCreateSubscriptionData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.PushCreateSubscriptionResponses[keyof t.PushCreateSubscriptionResponses]>(
          { method: 'POST', path: '/v1/push/subscriptions', answer: 'json' },
          input ?? {},
          more,
        ),
      deleteSubscription: (input: t.PushDeleteSubscriptionData['path'], more?: Parameters<Call>[2]) =>
        call<void>(
          { method: 'DELETE', path: '/v1/push/subscriptions/{id}', answer: 'none' },
          input ?? {},
          more,
        ),
    },
    quickReplies: {
      /** The workspace’s and the asking member’s own, by shortcut. */
      list: (input?: { query?: t.QuickRepliesListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.QuickRepliesListResponses[keyof t.QuickRepliesListResponses]>(
          { method: 'GET', path: '/v1/quick-replies', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.QuickRepliesCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.QuickRepliesCreateResponses[keyof t.QuickRepliesCreateResponses]>(
          { method: 'POST', path: '/v1/quick-replies', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.QuickRepliesGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.QuickRepliesGetResponses[keyof t.QuickRepliesGetResponses]>(
          { method: 'GET', path: '/v1/quick-replies/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** With `If-Match: <etag>` refused with 412 when somebody changed it meanwhile. */
      update: (
        input: t.QuickRepliesUpdateData['path'] & { body: t.QuickRepliesUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.QuickRepliesUpdateResponses[keyof t.QuickRepliesUpdateResponses]>(
          { method: 'PATCH', path: '/v1/quick-replies/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.QuickRepliesDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/quick-replies/{id}', answer: 'none' }, input ?? {}, more),
      /** The text as it would be said in this conversation by whoever asks. */
      getRender: (
        input: t.QuickRepliesGetRenderData['path'] & { query: t.QuickRepliesGetRenderData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.QuickRepliesGetRenderResponses[keyof t.QuickRepliesGetRenderResponses]>(
          { method: 'GET', path: '/v1/quick-replies/{id}/render', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Renders it for this conversation and counts that it was used. */
      use: (
        input: t.QuickRepliesUseData['path'] & { body: t.QuickRepliesUseData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.QuickRepliesUseResponses[keyof t.QuickRepliesUseResponses]>(
          { method: 'POST', path: '/v1/quick-replies/{id}/use', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    rateCard: {
      /** What messages cost today, as the operator loaded it. */
      get: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.RateCardGetResponses[keyof t.RateCardGetResponses]>(
          { method: 'GET', path: '/v1/rate-card', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    realtime: {
      /** Lets one socket in, within 30 seconds: /realtime/v1/websocket?ticket=… */
      ticket: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.RealtimeTicketResponses[keyof t.RealtimeTicketResponses]>(
          { method: 'POST', path: '/v1/realtime/ticket', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    retention: {
      get: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.RetentionGetResponses[keyof t.RetentionGetResponses]>(
          { method: 'GET', path: '/v1/retention', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What would be deleted now if so many months were kept. */
      getPreview: (input?: { query?: t.RetentionGetPreviewData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.RetentionGetPreviewResponses[keyof t.RetentionGetPreviewResponses]>(
          { method: 'GET', path: '/v1/retention/preview', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    savedFilters: {
      /** The asking member’s own, by name. An API key has none. */
      list: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.SavedFiltersListResponses[keyof t.SavedFiltersListResponses]>(
          { method: 'GET', path: '/v1/saved-filters', answer: 'json' },
          input ?? {},
          more,
        ),
      /** For the asking member. One of the same name is replaced. */
      create: (input: { body: t.SavedFiltersCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.SavedFiltersCreateResponses[keyof t.SavedFiltersCreateResponses]>(
          { method: 'POST', path: '/v1/saved-filters', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.SavedFiltersDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/saved-filters/{id}', answer: 'none' }, input ?? {}, more),
    },
    search: {
      /** People, what was said and what the team noted, newest first. All words must be there, of the last one its beginning; "exact phrase", -word; from:, number:, label:, assignee:me|none|id, before:, after:, has:media|link, is:open|closed|snoozed, in:conversation. Case, accents and Arabic or Devanagari marks do not matter. */
      get: (input: { query: t.SearchGetData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.SearchGetResponses[keyof t.SearchGetResponses]>(
          { method: 'GET', path: '/v1/search', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    segments: {
      list: (input?: { query?: t.SegmentsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.SegmentsListResponses[keyof t.SegmentsListResponses]>(
          { method: 'GET', path: '/v1/segments', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.SegmentsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.SegmentsCreateResponses[keyof t.SegmentsCreateResponses]>(
          { method: 'POST', path: '/v1/segments', answer: 'json' },
          input ?? {},
          more,
        ),
      /** How many contacts a filter has now; nothing is kept. */
      count: (input: { body: t.SegmentsCountData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.SegmentsCountResponses[keyof t.SegmentsCountResponses]>(
          { method: 'POST', path: '/v1/segments/count', answer: 'json' },
          input ?? {},
          more,
        ),
      /** With how many contacts it has now. */
      get: (input: t.SegmentsGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.SegmentsGetResponses[keyof t.SegmentsGetResponses]>(
          { method: 'GET', path: '/v1/segments/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (
        input: t.SegmentsUpdateData['path'] & { body: t.SegmentsUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.SegmentsUpdateResponses[keyof t.SegmentsUpdateResponses]>(
          { method: 'PATCH', path: '/v1/segments/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.SegmentsDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/segments/{id}', answer: 'none' }, input ?? {}, more),
      /** Its contacts now, newest first. */
      listContacts: (
        input: t.SegmentsListContactsData['path'] & { query?: t.SegmentsListContactsData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.SegmentsListContactsResponses[keyof t.SegmentsListContactsResponses]>(
          { method: 'GET', path: '/v1/segments/{id}/contacts', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Hangs labels on everybody in it (up to 100,000), or takes them off. */
      createLabel: (
        input: t.SegmentsCreateLabelData['path'] & { body: t.SegmentsCreateLabelData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.SegmentsCreateLabelResponses[keyof t.SegmentsCreateLabelResponses]>(
          { method: 'POST', path: '/v1/segments/{id}/labels', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    suppressions: {
      list: (input?: { query?: t.SuppressionsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.SuppressionsListResponses[keyof t.SuppressionsListResponses]>(
          { method: 'GET', path: '/v1/suppressions', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Again for the same address: the wider scope counts. */
      create: (input: { body: t.SuppressionsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.SuppressionsCreateResponses[keyof t.SuppressionsCreateResponses]>(
          { method: 'POST', path: '/v1/suppressions', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Up to 10,000 addresses; what is none is said by its place. */
      import: (input: { body: t.SuppressionsImportData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.SuppressionsImportResponses[keyof t.SuppressionsImportResponses]>(
          { method: 'POST', path: '/v1/suppressions/import', answer: 'json' },
          input ?? {},
          more,
        ),
      delete: (input: t.SuppressionsDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/suppressions/{id}', answer: 'none' }, input ?? {}, more),
    },
    teams: {
      list: (input?: { query?: t.TeamsListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.TeamsListResponses[keyof t.TeamsListResponses]>(
          { method: 'GET', path: '/v1/teams', answer: 'json' },
          input ?? {},
          more,
        ),
      create: (input: { body: t.TeamsCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.TeamsCreateResponses[keyof t.TeamsCreateResponses]>(
          { method: 'POST', path: '/v1/teams', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.TeamsGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.TeamsGetResponses[keyof t.TeamsGetResponses]>(
          { method: 'GET', path: '/v1/teams/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** With `If-Match: <etag>` refused with 412 when somebody changed it meanwhile. */
      update: (
        input: t.TeamsUpdateData['path'] & { body: t.TeamsUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.TeamsUpdateResponses[keyof t.TeamsUpdateResponses]>(
          { method: 'PATCH', path: '/v1/teams/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Its conversations stay, without a team. */
      delete: (input: t.TeamsDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/teams/{id}', answer: 'none' }, input ?? {}, more),
    },
    templates: {
      list: (input?: { query?: t.TemplatesListData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.TemplatesListResponses[keyof t.TemplatesListResponses]>(
          { method: 'GET', path: '/v1/templates', answer: 'json' },
          input ?? {},
          more,
        ),
      /** A draft: WhatsApp hears of it when it is submitted. */
      create: (input: { body: t.TemplatesCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.TemplatesCreateResponses[keyof t.TemplatesCreateResponses]>(
          { method: 'POST', path: '/v1/templates', answer: 'json' },
          input ?? {},
          more,
        ),
      get: (input: t.TemplatesGetData['path'], more?: Parameters<Call>[2]) =>
        call<t.TemplatesGetResponses[keyof t.TemplatesGetResponses]>(
          { method: 'GET', path: '/v1/templates/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** What WhatsApp has stays as it is until the change is submitted and approved; it waits in `draft`. Name and language can change as long as WhatsApp does not have it. */
      update: (
        input: t.TemplatesUpdateData['path'] & { body: t.TemplatesUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.TemplatesUpdateResponses[keyof t.TemplatesUpdateResponses]>(
          { method: 'PATCH', path: '/v1/templates/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      /** This language alone. Answers at once; `template.deleted` or `template.delete_refused` tells what WhatsApp said. WhatsApp keeps the name of an approved one for 30 days. */
      delete: (input: t.TemplatesDeleteData['path'], more?: Parameters<Call>[2]) =>
        call<t.TemplatesDeleteResponses[keyof t.TemplatesDeleteResponses]>(
          { method: 'DELETE', path: '/v1/templates/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
      listVersions: (
        input: t.TemplatesListVersionsData['path'] & { query?: t.TemplatesListVersionsData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.TemplatesListVersionsResponses[keyof t.TemplatesListVersionsResponses]>(
          { method: 'GET', path: '/v1/templates/{id}/versions', answer: 'json' },
          input ?? {},
          more,
        ),
      listUses: (
        input: t.TemplatesListUsesData['path'] & { query?: t.TemplatesListUsesData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.TemplatesListUsesResponses[keyof t.TemplatesListUsesResponses]>(
          { method: 'GET', path: '/v1/templates/{id}/uses', answer: 'json' },
          input ?? {},
          more,
        ),
      listStatistics: (
        input: t.TemplatesListStatisticsData['path'] & { query?: t.TemplatesListStatisticsData['query'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.TemplatesListStatisticsResponses[keyof t.TemplatesListStatisticsResponses]>(
          { method: 'GET', path: '/v1/templates/{id}/statistics', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Asks WhatsApp for the lists anew. Answers at once; `templates.synced` tells when it is done. */
      sync: (input?: { body?: t.TemplatesSyncData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.TemplatesSyncResponses[keyof t.TemplatesSyncResponses]>(
          { method: 'POST', path: '/v1/templates/sync', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Under another name, in another language, or for the account of another number. */
      duplicate: (
        input: t.TemplatesDuplicateData['path'] & { body: t.TemplatesDuplicateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.TemplatesDuplicateResponses[keyof t.TemplatesDuplicateResponses]>(
          { method: 'POST', path: '/v1/templates/{id}/duplicate', answer: 'json' },
          input ?? {},
          more,
        ),
      /** Refused with 422 `template_invalid` and `details.problems` (path, WhatsApp’s code, message) when WhatsApp would refuse it. Answers at once; `template.submitted` or `template.submit_refused` tells what WhatsApp said. */
      submit: (
        input: t.TemplatesSubmitData['path'] & { body?: t.TemplatesSubmitData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.TemplatesSubmitResponses[keyof t.TemplatesSubmitResponses]>(
          { method: 'POST', path: '/v1/templates/{id}/submit', answer: 'json' },
          input ?? {},
          more,
        ),
      /** A template that WhatsApp never had goes with it. */
      deleteDraft: (input: t.TemplatesDeleteDraftData['path'], more?: Parameters<Call>[2]) =>
        call<void>({ method: 'DELETE', path: '/v1/templates/{id}/draft', answer: 'none' }, input ?? {}, more),
    },
    usage: {
      /** What was used, by month, and what the plan leaves. By day and number: /v1/analytics. */
      get: (input?: { query?: t.UsageGetData['query'] }, more?: Parameters<Call>[2]) =>
        call<t.UsageGetResponses[keyof t.UsageGetResponses]>(
          { method: 'GET', path: '/v1/usage', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    workflows: {
      /** All workflows of the workspace, its own first. There are few: no pages. */
      list: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.WorkflowsListResponses[keyof t.WorkflowsListResponses]>(
          { method: 'GET', path: '/v1/workflows', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (
        input: t.WorkflowsUpdateData['path'] & { body: t.WorkflowsUpdateData['body'] },
        more?: Parameters<Call>[2],
      ) =>
        call<t.WorkflowsUpdateResponses[keyof t.WorkflowsUpdateResponses]>(
          { method: 'PATCH', path: '/v1/workflows/{id}', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    workspace: {
      get: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.WorkspaceGetResponses[keyof t.WorkspaceGetResponses]>(
          { method: 'GET', path: '/v1/workspace', answer: 'json' },
          input ?? {},
          more,
        ),
      update: (input: { body: t.WorkspaceUpdateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.WorkspaceUpdateResponses[keyof t.WorkspaceUpdateResponses]>(
          { method: 'PATCH', path: '/v1/workspace', answer: 'json' },
          input ?? {},
          more,
        ),
    },
    workspaces: {
      /** A workspace of your own. With REGISTRATION=invite only superadmins and owners make any. How many one person may own is WORKSPACES_PER_USER. */
      create: (input: { body: t.WorkspacesCreateData['body'] }, more?: Parameters<Call>[2]) =>
        call<t.WorkspacesCreateResponses[keyof t.WorkspacesCreateResponses]>(
          { method: 'POST', path: '/v1/workspaces', answer: 'json' },
          input ?? {},
          more,
        ),
      /** The workspaces that you work in. */
      list: (input?: { options?: never }, more?: Parameters<Call>[2]) =>
        call<t.WorkspacesListResponses[keyof t.WorkspacesListResponses]>(
          { method: 'GET', path: '/v1/workspaces', answer: 'json' },
          input ?? {},
          more,
        ),
    },
  };
}

/** Addresses of the operations, as the API describes them. */
export const addresses = {
  'accounts.create': 'post /v1/accounts',
  'accounts.delete': 'delete /v1/accounts/{id}',
  'accounts.get': 'get /v1/accounts/{id}',
  'accounts.list': 'get /v1/accounts',
  'accounts.subscribe': 'post /v1/accounts/{id}/subscribe',
  'accounts.update': 'patch /v1/accounts/{id}',
  'analytics.getExport': 'get /v1/analytics/export',
  'analytics.list': 'get /v1/analytics',
  'apiKeys.create': 'post /v1/api-keys',
  'apiKeys.delete': 'delete /v1/api-keys/{id}',
  'apiKeys.list': 'get /v1/api-keys',
  'apiKeys.rotate': 'post /v1/api-keys/{id}/rotate',
  'apiKeys.update': 'patch /v1/api-keys/{id}',
  'audit.get': 'get /v1/audit/{id}',
  'audit.getExport': 'get /v1/audit/export',
  'audit.list': 'get /v1/audit',
  'auth.confirmAddress': 'post /v1/auth/confirm-address',
  'auth.confirmNewAddress': 'post /v1/auth/confirm-new-address',
  'auth.createPasskey': 'post /v1/auth/passkeys',
  'auth.createPasskeyOption': 'post /v1/auth/passkeys/options',
  'auth.createPasskeySignInOption': 'post /v1/auth/passkey/options',
  'auth.createRecoveryCode': 'post /v1/auth/recovery-codes',
  'auth.createSecondFactorPasskeyOption': 'post /v1/auth/second-factor/passkey/options',
  'auth.createSessionEndOther': 'post /v1/auth/sessions/end-others',
  'auth.deleteSession': 'delete /v1/auth/sessions/{id}',
  'auth.email': 'post /v1/auth/email',
  'auth.forgotPassword': 'post /v1/auth/forgot-password',
  'auth.getMe': 'get /v1/auth/me',
  'auth.getOidc': 'get /v1/auth/oidc',
  'auth.getOidcCallback': 'get /v1/auth/oidc/callback',
  'auth.getOidcStart': 'get /v1/auth/oidc/start',
  'auth.listFactors': 'get /v1/auth/factors',
  'auth.listPasskeys': 'get /v1/auth/passkeys',
  'auth.listSessions': 'get /v1/auth/sessions',
  'auth.login': 'post /v1/auth/login',
  'auth.logout': 'post /v1/auth/logout',
  'auth.passkey': 'post /v1/auth/passkey',
  'auth.passkeyRemove': 'post /v1/auth/passkeys/{id}/remove',
  'auth.putPassword': 'put /v1/auth/password',
  'auth.putWorkspace': 'put /v1/auth/workspace',
  'auth.register': 'post /v1/auth/register',
  'auth.resetPassword': 'post /v1/auth/reset-password',
  'auth.secondFactor': 'post /v1/auth/second-factor',
  'auth.secondFactorPasskey': 'post /v1/auth/second-factor/passkey',
  'auth.totp': 'post /v1/auth/totp',
  'auth.totpConfirm': 'post /v1/auth/totp/confirm',
  'auth.totpRemove': 'post /v1/auth/totp/remove',
  'auth.updateMe': 'patch /v1/auth/me',
  'auth.updatePasskey': 'patch /v1/auth/passkeys/{id}',
  'businessHours.list': 'get /v1/business-hours',
  'campaigns.approve': 'post /v1/campaigns/{id}/approve',
  'campaigns.cancel': 'post /v1/campaigns/{id}/cancel',
  'campaigns.create': 'post /v1/campaigns',
  'campaigns.createConversion': 'post /v1/campaigns/{id}/conversions',
  'campaigns.delete': 'delete /v1/campaigns/{id}',
  'campaigns.duplicate': 'post /v1/campaigns/{id}/duplicate',
  'campaigns.get': 'get /v1/campaigns/{id}',
  'campaigns.getExample': 'get /v1/campaigns/{id}/example',
  'campaigns.getExport': 'get /v1/campaigns/{id}/export',
  'campaigns.getPreflight': 'get /v1/campaigns/{id}/preflight',
  'campaigns.getReport': 'get /v1/campaigns/{id}/report',
  'campaigns.launch': 'post /v1/campaigns/{id}/launch',
  'campaigns.list': 'get /v1/campaigns',
  'campaigns.listRecipients': 'get /v1/campaigns/{id}/recipients',
  'campaigns.pause': 'post /v1/campaigns/{id}/pause',
  'campaigns.plan': 'post /v1/campaigns/{id}/plan',
  'campaigns.reject': 'post /v1/campaigns/{id}/reject',
  'campaigns.resume': 'post /v1/campaigns/{id}/resume',
  'campaigns.retry': 'post /v1/campaigns/{id}/retry',
  'campaigns.test': 'post /v1/campaigns/{id}/test',
  'campaigns.update': 'patch /v1/campaigns/{id}',
  'campaigns.uploadList': 'post /v1/campaigns/{id}/list',
  'canSend.get': 'get /v1/can-send',
  'contactAttributes.create': 'post /v1/contact-attributes',
  'contactAttributes.delete': 'delete /v1/contact-attributes/{key}',
  'contactAttributes.list': 'get /v1/contact-attributes',
  'contactAttributes.update': 'patch /v1/contact-attributes/{key}',
  'contacts.block': 'post /v1/contacts/{id}/block',
  'contacts.bulk': 'post /v1/contacts/bulk',
  'contacts.count': 'get /v1/contacts/count',
  'contacts.create': 'post /v1/contacts',
  'contacts.createMerge': 'post /v1/contacts/{id}/merges',
  'contacts.createNote': 'post /v1/contacts/{id}/notes',
  'contacts.deleteNote': 'delete /v1/contacts/{id}/notes/{noteId}',
  'contacts.erase': 'post /v1/contacts/{id}/erase',
  'contacts.get': 'get /v1/contacts/{id}',
  'contacts.getExport': 'get /v1/contacts/export',
  'contacts.getImport': 'get /v1/contacts/imports/{id}',
  'contacts.getImportReport': 'get /v1/contacts/imports/{id}/report',
  'contacts.import': 'post /v1/contacts/import',
  'contacts.importPreview': 'post /v1/contacts/import/preview',
  'contacts.list': 'get /v1/contacts',
  'contacts.listImports': 'get /v1/contacts/imports',
  'contacts.listMerges': 'get /v1/contacts/{id}/merges',
  'contacts.listNotes': 'get /v1/contacts/{id}/notes',
  'contacts.mergeUndo': 'post /v1/contacts/{id}/merges/{mergeId}/undo',
  'contacts.optIn': 'post /v1/contacts/{id}/opt-in',
  'contacts.optOut': 'post /v1/contacts/{id}/opt-out',
  'contacts.putLabels': 'put /v1/contacts/{id}/labels',
  'contacts.unblock': 'post /v1/contacts/{id}/unblock',
  'contacts.update': 'patch /v1/contacts/{id}',
  'contacts.updateNote': 'patch /v1/contacts/{id}/notes/{noteId}',
  'conversations.assign': 'post /v1/conversations/{id}/assign',
  'conversations.bulk': 'post /v1/conversations/bulk',
  'conversations.claim': 'post /v1/conversations/{id}/claim',
  'conversations.close': 'post /v1/conversations/{id}/close',
  'conversations.createLabel': 'post /v1/conversations/{id}/labels',
  'conversations.createNote': 'post /v1/conversations/{id}/notes',
  'conversations.deleteDraft': 'delete /v1/conversations/{id}/draft',
  'conversations.deleteLabel': 'delete /v1/conversations/{id}/labels/{labelId}',
  'conversations.deleteNote': 'delete /v1/conversations/{id}/notes/{noteId}',
  'conversations.get': 'get /v1/conversations/{id}',
  'conversations.list': 'get /v1/conversations',
  'conversations.listCampaigns': 'get /v1/conversations/{id}/campaigns',
  'conversations.listCounts': 'get /v1/conversations/counts',
  'conversations.listDrafts': 'get /v1/conversations/{id}/drafts',
  'conversations.listEvents': 'get /v1/conversations/{id}/events',
  'conversations.listNotes': 'get /v1/conversations/{id}/notes',
  'conversations.listParticipants': 'get /v1/conversations/{id}/participants',
  'conversations.putDraft': 'put /v1/conversations/{id}/draft',
  'conversations.read': 'post /v1/conversations/{id}/read',
  'conversations.reopen': 'post /v1/conversations/{id}/reopen',
  'conversations.snooze': 'post /v1/conversations/{id}/snooze',
  'conversations.unassign': 'post /v1/conversations/{id}/unassign',
  'conversations.unread': 'post /v1/conversations/{id}/unread',
  'conversations.updateNote': 'patch /v1/conversations/{id}/notes/{noteId}',
  'erasures.get': 'get /v1/erasures/{id}',
  'erasures.list': 'get /v1/erasures',
  'events.list': 'get /v1/events',
  'invitations.accept': 'post /v1/invitations/accept',
  'invitations.create': 'post /v1/invitations',
  'invitations.delete': 'delete /v1/invitations/{id}',
  'invitations.list': 'get /v1/invitations',
  'invitations.look': 'post /v1/invitations/look',
  'invitations.resend': 'post /v1/invitations/{id}/resend',
  'labels.create': 'post /v1/labels',
  'labels.delete': 'delete /v1/labels/{id}',
  'labels.list': 'get /v1/labels',
  'labels.update': 'patch /v1/labels/{id}',
  'media.create': 'post /v1/media',
  'media.delete': 'delete /v1/media/{id}',
  'media.fetch': 'post /v1/media/{id}/fetch',
  'media.get': 'get /v1/media/{id}',
  'media.getContent': 'get /v1/media/{id}/content',
  'media.getInfo': 'get /v1/media/{id}/info',
  'media.getUrl': 'get /v1/media/{id}/url',
  'members.delete': 'delete /v1/members/{userId}',
  'members.list': 'get /v1/members',
  'members.update': 'patch /v1/members/{userId}',
  'messages.create': 'post /v1/messages',
  'messages.get': 'get /v1/messages/{id}',
  'messages.list': 'get /v1/messages',
  'messages.read': 'post /v1/messages/{id}/read',
  'messages.retry': 'post /v1/messages/{id}/retry',
  'notices.list': 'get /v1/notices',
  'numbers.create': 'post /v1/numbers',
  'numbers.get': 'get /v1/numbers/{id}',
  'numbers.getProfile': 'get /v1/numbers/{id}/profile',
  'numbers.list': 'get /v1/numbers',
  'numbers.listNotices': 'get /v1/numbers/{id}/notices',
  'numbers.update': 'patch /v1/numbers/{id}',
  'numbers.updateProfile': 'patch /v1/numbers/{id}/profile',
  'operator.createKey': 'post /v1/operator/keys',
  'operator.createRateCard': 'post /v1/operator/rate-cards',
  'operator.deadLetterRetry': 'post /v1/operator/dead-letters/retry',
  'operator.deleteKey': 'delete /v1/operator/keys/{id}',
  'operator.getHealth': 'get /v1/operator/health',
  'operator.getParked': 'get /v1/operator/parked',
  'operator.getRawEventBody': 'get /v1/operator/raw-events/{n}/body',
  'operator.getSimulator': 'get /v1/operator/simulator',
  'operator.getWorkspace': 'get /v1/operator/workspaces/{id}',
  'operator.getWorkspaceUsage': 'get /v1/operator/workspaces/{id}/usage',
  'operator.listAudit': 'get /v1/operator/audit',
  'operator.listDeadLetters': 'get /v1/operator/dead-letters',
  'operator.listKeys': 'get /v1/operator/keys',
  'operator.listNumbers': 'get /v1/operator/numbers',
  'operator.listPlans': 'get /v1/operator/plans',
  'operator.listRateCards': 'get /v1/operator/rate-cards',
  'operator.listRawEvents': 'get /v1/operator/raw-events',
  'operator.listWorkspaces': 'get /v1/operator/workspaces',
  'operator.replay': 'post /v1/operator/replay',
  'operator.updateNumber': 'patch /v1/operator/numbers/{id}',
  'operator.updatePlan': 'patch /v1/operator/plans/{name}',
  'operator.updateWorkspace': 'patch /v1/operator/workspaces/{id}',
  'operator.workspaceImpersonate': 'post /v1/operator/workspaces/{id}/impersonate',
  'parked.get': 'get /v1/parked',
  'push.createSubscription': 'post /v1/push/subscriptions',
  'push.deleteSubscription': 'delete /v1/push/subscriptions/{id}',
  'push.getKey': 'get /v1/push/key',
  'push.listSubscriptions': 'get /v1/push/subscriptions',
  'quickReplies.create': 'post /v1/quick-replies',
  'quickReplies.delete': 'delete /v1/quick-replies/{id}',
  'quickReplies.get': 'get /v1/quick-replies/{id}',
  'quickReplies.getRender': 'get /v1/quick-replies/{id}/render',
  'quickReplies.list': 'get /v1/quick-replies',
  'quickReplies.update': 'patch /v1/quick-replies/{id}',
  'quickReplies.use': 'post /v1/quick-replies/{id}/use',
  'rateCard.get': 'get /v1/rate-card',
  'realtime.ticket': 'post /v1/realtime/ticket',
  'retention.get': 'get /v1/retention',
  'retention.getPreview': 'get /v1/retention/preview',
  'savedFilters.create': 'post /v1/saved-filters',
  'savedFilters.delete': 'delete /v1/saved-filters/{id}',
  'savedFilters.list': 'get /v1/saved-filters',
  'search.get': 'get /v1/search',
  'segments.count': 'post /v1/segments/count',
  'segments.create': 'post /v1/segments',
  'segments.createLabel': 'post /v1/segments/{id}/labels',
  'segments.delete': 'delete /v1/segments/{id}',
  'segments.get': 'get /v1/segments/{id}',
  'segments.list': 'get /v1/segments',
  'segments.listContacts': 'get /v1/segments/{id}/contacts',
  'segments.update': 'patch /v1/segments/{id}',
  'suppressions.create': 'post /v1/suppressions',
  'suppressions.delete': 'delete /v1/suppressions/{id}',
  'suppressions.import': 'post /v1/suppressions/import',
  'suppressions.list': 'get /v1/suppressions',
  'teams.create': 'post /v1/teams',
  'teams.delete': 'delete /v1/teams/{id}',
  'teams.get': 'get /v1/teams/{id}',
  'teams.list': 'get /v1/teams',
  'teams.update': 'patch /v1/teams/{id}',
  'templates.create': 'post /v1/templates',
  'templates.delete': 'delete /v1/templates/{id}',
  'templates.deleteDraft': 'delete /v1/templates/{id}/draft',
  'templates.duplicate': 'post /v1/templates/{id}/duplicate',
  'templates.get': 'get /v1/templates/{id}',
  'templates.list': 'get /v1/templates',
  'templates.listStatistics': 'get /v1/templates/{id}/statistics',
  'templates.listUses': 'get /v1/templates/{id}/uses',
  'templates.listVersions': 'get /v1/templates/{id}/versions',
  'templates.submit': 'post /v1/templates/{id}/submit',
  'templates.sync': 'post /v1/templates/sync',
  'templates.update': 'patch /v1/templates/{id}',
  'usage.get': 'get /v1/usage',
  'workflows.list': 'get /v1/workflows',
  'workflows.update': 'patch /v1/workflows/{id}',
  'workspace.get': 'get /v1/workspace',
  'workspace.update': 'patch /v1/workspace',
  'workspaces.create': 'post /v1/workspaces',
  'workspaces.list': 'get /v1/workspaces',
} as const;
