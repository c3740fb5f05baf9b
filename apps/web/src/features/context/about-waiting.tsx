import { Skeleton, Stack } from '@mantine/core';

/** Somebody who is not known yet. */
export function AboutWaiting() {
  return (
    <Stack p="md" aria-hidden>
      <Skeleton circle height={52} />
      <Skeleton height={14} width="70%" />
      <Skeleton height={12} width="50%" />
      <Skeleton height={80} />
    </Stack>
  );
}
