import { Group, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What most readers need not see, behind a line that opens. */
export function Disclosure({ label, size = 'sm', children }: { label: string; size?: 'xs' | 'sm'; children: ReactNode }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} c="dimmed" fz={size}>
        <Group gap={4}>
          <Chevron size={size === 'xs' ? 14 : 16} aria-hidden />
          {label}
        </Group>
      </UnstyledButton>
      {isOpen && children}
    </div>
  );
}
