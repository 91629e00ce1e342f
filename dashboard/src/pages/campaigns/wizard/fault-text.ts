import { useTranslation } from 'react-i18next';
import { templateFaults } from '../message/template';
import type { Draft, Fault } from './draft';

/** What is wrong, as a sentence at its field; undefined where nothing of it is, or it is not to be said yet. */
export function useFaultText(draft: Draft, faults: readonly Fault[], isShown: boolean) {
  const { t } = useTranslation('wizard');
  return (...of: Fault[]): string | undefined => {
    // a placeholder that is being written is said at once: it is not seen otherwise
    const fault = of.find(
      (name) => faults.includes(name) && (isShown || name.endsWith('-template') || name.endsWith('-long')),
    );
    if (!fault) return undefined;
    if (fault !== 'message-template' && fault !== 'title-template') return t(`fault.${fault}`);
    const detail = templateFaults(fault === 'title-template' ? draft.title : draft.message)[0] ?? '';
    return t(`faultAt.${fault}`, { position: /^at character (\d+)/.exec(detail)?.[1] ?? '1' });
  };
}
