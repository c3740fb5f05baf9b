import { laterDialog } from '../../ui/later.tsx';

/** WhatsApp's approved texts, from wherever one may be sent. */
export const TemplatePicker = laterDialog(() => import('./window-templates.tsx'));
