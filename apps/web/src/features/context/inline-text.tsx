import { TextInput, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import classes from './context.module.css';

interface Props {
  label: string;
  value: string;
  placeholder: string;
  disabled: boolean;
  /** The placeholder is no hint but what it is called without a text of ours. */
  isNamed?: boolean;
  type?: 'text' | 'email' | 'number';
  onSave(value: string): void;
}

/** A text that becomes a field when it is pressed. Enter and leaving save, Escape does not. */
export function InlineText({
  label,
  value,
  placeholder,
  disabled,
  isNamed = false,
  type = 'text',
  onSave,
}: Props) {
  const [text, setText] = useState<string | null>(null);
  if (disabled) return <bdi>{value || (isNamed ? placeholder : '–')}</bdi>;
  if (text === null) {
    return (
      <UnstyledButton
        className={classes.inline}
        aria-label={`${label}: ${value || placeholder}`}
        onClick={() => setText(value)}
      >
        <bdi className={value === '' && !isNamed ? classes.dim : undefined}>{value || placeholder}</bdi>
      </UnstyledButton>
    );
  }
  const done = () => {
    if (text.trim() !== value) onSave(text.trim());
    setText(null);
  };
  return (
    <TextInput
      size="xs"
      type={type}
      aria-label={label}
      value={text}
      data-autofocus
      ref={(field) => field?.focus()}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === 'Enter') done();
        if (event.key === 'Escape') {
          event.stopPropagation();
          setText(null);
        }
      }}
    />
  );
}
