import { Text, VisuallyHidden } from '@mantine/core';
import { IconArrowNarrowRight, IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../../api/client';
import { useFormat } from '../../../i18n/use-format';
import { useWords } from '../reading-list';
import { readActual, readDistance, ruleOfNode } from '../rules/explanation-reading';
import { readFilter } from '../rules/filter-reading';
import { type NameOf, readingOf } from '../rules/reading';
import classes from './explanation-tree.module.css';
import { NewestPurchases } from './newest-purchases';

type Node = Schema<'NodeExplanation'>;

/** A rule with what each part of it says of a customer. */
export const ExplanationTree = ({ node, nameOf }: { node: Node; nameOf: NameOf }) => (
  <ul className={classes.node}>
    <NodeLine node={node} nameOf={nameOf} />
  </ul>
);

function NodeLine({ node, nameOf }: { node: Node; nameOf: NameOf }) {
  const { t } = useTranslation('segments');
  const format = useFormat();
  const words = useWords();
  return (
    <li>
      <div className={classes.line}>
        <Mark holds={node.holds} />
        <span>{readingOf(ruleOfNode(node), words, nameOf).text}</span>
      </div>
      {node.filters && node.filters.length > 0 && (
        <div className={classes.answers}>
          <ul className={classes.node}>
            {node.filters.map((answer) => (
              <FilterLine key={answer.filter} answer={answer} />
            ))}
          </ul>
          {typeof node.purchases === 'number' && (
            <Text size="xs" c="dimmed" mt={4}>
              {t('explain.counted', {
                count: node.purchases,
                formatted: format.number(node.purchases),
                spent: typeof node.spent === 'number' ? format.money(node.spent) : '–',
              })}
            </Text>
          )}
          {node.newest_purchases && node.newest_purchases.length > 0 && (
            <NewestPurchases purchases={node.newest_purchases} />
          )}
        </div>
      )}
      {node.parts.length > 0 && (
        <ul className={classes.node}>
          {node.parts.map((part) => (
            <NodeLine key={part.pointer} node={part} nameOf={nameOf} />
          ))}
        </ul>
      )}
    </li>
  );
}

function FilterLine({ answer }: { answer: Schema<'FilterAnswerView'> }) {
  const { t } = useTranslation('segments');
  const words = useWords();
  const off = readDistance(words, answer);
  const phrase = readFilter(words, answer.filter, answer.asked);
  return (
    <li className={classes.line}>
      <Mark holds={answer.holds} />
      <span>
        {phrase.charAt(0).toUpperCase() + phrase.slice(1)}{' '}
        <Text span size="sm" c="dimmed">
          {answer.holds === null
            ? `(${t('explain.narrows')})`
            : [t('explain.actual', { actual: readActual(words, answer.filter, answer.actual) }), off]
                .filter(Boolean)
                .join(' · ')}
        </Text>
      </span>
    </li>
  );
}

/** Yes, no, or a condition that has no answer of its own. */
function Mark({ holds }: { holds: boolean | null }) {
  const { t } = useTranslation('rules');
  if (holds === null) return <IconArrowNarrowRight size={18} color="var(--mantine-color-dimmed)" aria-hidden />;
  const Icon = holds ? IconCheck : IconX;
  return (
    <span>
      <Icon
        size={18}
        stroke={2.5}
        color={holds ? 'var(--mantine-color-green-7)' : 'var(--mantine-color-red-7)'}
        aria-hidden
      />
      <VisuallyHidden>{t(holds ? 'answer.yes' : 'answer.no')}:</VisuallyHidden>
    </span>
  );
}
