import { blankKinds, filledTemplate } from '@chaski/contracts';
import type { Campaign, Template } from '@chaski/sdk';
import TemplateShown from '../inbox/template-shown.tsx';
import classes from './campaigns.module.css';

/** The message as one person's phone shows it. `values`: what their variables say. */
export function MessageShown(props: {
  label: string;
  template: Template;
  message: NonNullable<Campaign['message']>;
  values: Record<string, string>;
}) {
  const { label, template, message, values } = props;
  const { components } = filledTemplate(message, values, blankKinds(template)).template;
  return (
    <section className={classes.phone} aria-label={label}>
      <div className={classes.bubble}>
        <TemplateShown template={template} parameters={Array.isArray(components) ? components : []} />
      </div>
    </section>
  );
}
