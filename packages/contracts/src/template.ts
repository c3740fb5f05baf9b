/**
 * Templates: what one is made of, what WhatsApp would refuse in it, what a send fills in, how the phone shows it.
 * Pure: web, server, campaigns and simulator read the same rules.
 */
export type { TemplateProblem } from './template-codes.ts';
export {
  knownComponents,
  type TemplateButton,
  type TemplateCategory,
  type TemplateComponent,
  type TemplateDefinition,
  templateCategories,
  templateDefinition,
} from './template-definition.ts';
export { type ParameterProblem, parameterProblems } from './template-parameters.ts';
export {
  type PreviewButton,
  type PreviewCard,
  type PreviewHeader,
  type TemplatePreview,
  templatePreview,
  templateText,
} from './template-preview.ts';
export { templateProblems } from './template-problems.ts';
export { readTemplateValue } from './template-values.ts';
export {
  fillTemplate,
  type TemplateValue,
  type TemplateVariable,
  type TemplateVariableKind,
  templateVariables,
} from './template-variables.ts';
