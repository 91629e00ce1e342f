import { ActionIcon, Code, CopyButton, Group } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './copyable.module.css';

/** Copies a text. `what` says which, for those who do not see where it stands. */
function Copy({ text, what }: { text: string; what: string }) {
  const { t } = useTranslation();
  // on plain HTTP, which intranets speak, browsers let no page copy
  if (!window.isSecureContext) return null;
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color={copied ? 'green' : 'gray'}
          onClick={copy}
          aria-label={`${t(copied ? 'action.copied' : 'action.copy')}: ${what}`}
        >
          {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}

/** An id or a hash, with the way to copy it. */
export const CopyableId = ({ id, what }: { id: string; what: string }) => (
  <Group gap={4} wrap="nowrap">
    <span className={classes.id}>{id}</span>
    <Copy text={id} what={what} />
  </Group>
);

/** Statements to be run elsewhere. */
export const CodeBlock = ({ code, what }: { code: string; what: string }) => (
  <div className={classes.block}>
    <Code block tabIndex={0} aria-label={what} role="region">
      {code}
    </Code>
    <div className={classes.copy}>
      <Copy text={code} what={what} />
    </div>
  </div>
);
