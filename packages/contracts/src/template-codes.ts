/**
 * How rules of templates speak, and WhatsApp's codes: 2388040 longer than its field · 2388043 an example is missing ·
 * 2388046 name · 2388047 header · 2388072 body · 2388073 footer · 2388293 too many variables for so few words ·
 * 2388299 a variable begins or ends the body · 100 any other wrong parameter.
 */
export interface TemplateProblem {
  /** `components[1].text` */
  path: string;
  /** WhatsApp's. */
  code: number;
  message: string;
}

/** How rules speak. */
export type Say = (path: string, code: number, message: string) => void;

export const codes = {
  parameter: 100,
  length: 2388040,
  missing: 2388043,
  name: 2388046,
  header: 2388047,
  body: 2388072,
  footer: 2388073,
  ratio: 2388293,
  edge: 2388299,
} as const;
