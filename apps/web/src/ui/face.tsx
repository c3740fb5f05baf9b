import { Avatar } from '@mantine/core';

/** Dark enough for white letters (4.5:1) on every one of them. */
const colours = ['chaski.8', 'indigo.9', 'grape.9', 'blue.9', 'cyan.9', 'pink.9', 'violet.9', 'gray.7'];

/** Somebody by their initials, always in the same colour. Their name stands beside it, so it says nothing itself. */
export function Face({
  name,
  size,
  className,
}: {
  name: string;
  size: number;
  className?: string | undefined;
}) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return (
    <Avatar
      name={name}
      color={colours[sum % colours.length] ?? 'gray.7'}
      variant="filled"
      size={size}
      alt=""
      // Of a number it is "+4", on every side of the page.
      dir="ltr"
      aria-hidden
      {...(className ? { className } : {})}
    />
  );
}
