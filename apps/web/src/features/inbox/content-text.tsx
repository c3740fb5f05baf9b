import { Fragment, memo, type ReactNode } from 'react';
import classes from './content.module.css';
import { type Block, type Inline, parseBlocks } from './content-format.ts';

/** Words as WhatsApp formats them. Each line finds its own direction. */
export const FormattedText = memo(function FormattedText(props: {
  text: string;
  /** Whom an `@` before their name mentions. */
  names?: readonly string[] | undefined;
}) {
  return (
    <div className={classes.text}>
      {parseBlocks(props.text, props.names).map((block, at) => (
        // The text never changes in part: a place is a name.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Fragment key={at}>{drawBlock(block)}</Fragment>
      ))}
    </div>
  );
});

function drawBlock(block: Block): ReactNode {
  switch (block.kind) {
    case 'line':
      return <p>{block.children.length === 0 ? <br /> : drawAll(block.children)}</p>;
    case 'quote':
      return <blockquote dir="auto">{drawAll(block.children)}</blockquote>;
    case 'mono':
      return <pre>{block.text}</pre>;
    case 'bullets':
      return <ul dir="auto">{drawItems(block.items)}</ul>;
    case 'numbers':
      return (
        <ol dir="auto" start={block.start}>
          {drawItems(block.items)}
        </ol>
      );
  }
}

const drawItems = (items: Inline[][]) =>
  items.map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    <li key={at}>{drawAll(item)}</li>
  ));

const drawAll = (children: Inline[]) =>
  children.map((child, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    <Fragment key={at}>{draw(child)}</Fragment>
  ));

function draw(inline: Inline): ReactNode {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'bold':
      return <strong>{drawAll(inline.children)}</strong>;
    case 'italic':
      return <em>{drawAll(inline.children)}</em>;
    case 'strike':
      return <s>{drawAll(inline.children)}</s>;
    case 'mention':
      return <bdi className={classes.mention}>{inline.text}</bdi>;
    case 'code':
      return <code>{inline.text}</code>;
    case 'link':
      return <OutLink href={inline.href}>{inline.text}</OutLink>;
  }
}

/** A way out of the page that tells the other side nothing. */
export function OutLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a className={classes.link} href={href} target="_blank" rel="noopener noreferrer nofollow" dir="auto">
      {children}
    </a>
  );
}
