/**
 * Writing templates at WhatsApp: what goes there, and what became of it.
 *
 * There is no idempotency key: after an *unknown* outcome of a creation, `findTemplate` by name and language says
 * whether it is there, before anybody tries again. Edits and deletions may be repeated: they end equal.
 */
import type { Credential, ListedTemplate, MediaResult, ProviderError, Retry } from '../contract.ts';

export interface TemplateToWrite {
  name: string;
  language: string;
  category: string;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  messageSendTtlSeconds: number | null;
  /** As WhatsApp writes them. */
  components: readonly unknown[];
}

export type TemplateOutcome<Accepted> =
  | ({ outcome: 'accepted' } & Accepted)
  /** WhatsApp says no. The code is the one of templates (2388…) where there is one; the message is for people. */
  | { outcome: 'refused'; error: ProviderError; class: Retry }
  /** Never reached the wire. */
  | { outcome: 'not-sent'; reason: string }
  | { outcome: 'unknown'; reason: string };

interface Call {
  credential: Credential;
  timeoutMs: number;
}

export interface TemplateCalls {
  /** The category may be another than the one that was asked for. */
  createTemplate(
    call: Call & { accountRef: string; template: TemplateToWrite },
  ): Promise<TemplateOutcome<{ providerTemplateId: string; status: string; category: string }>>;
  /** Replaces all components; the template goes back to review. The category goes along unless it is approved. */
  editTemplate(
    call: Call & {
      providerTemplateId: string;
      template: Pick<TemplateToWrite, 'components' | 'messageSendTtlSeconds' | 'parameterFormat'> & {
        category: string | null;
      };
    },
  ): Promise<TemplateOutcome<object>>;
  /** This language alone. One that is not there is deleted already. */
  deleteTemplate(
    call: Call & { accountRef: string; name: string; providerTemplateId: string },
  ): Promise<TemplateOutcome<object>>;
  findTemplate(
    call: Call & { accountRef: string; name: string; language: string },
  ): Promise<
    | { outcome: 'ok'; template: ListedTemplate | null }
    | { outcome: 'refused'; reason: string }
    | { outcome: 'unreachable'; reason: string }
  >;
  /** A sample for `example.header_handle`. */
  uploadSample(
    call: Call & { bytes: Uint8Array; mimeType: string; filename: string },
  ): Promise<MediaResult<{ handle: string }>>;
}
