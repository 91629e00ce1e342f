import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Step, STEPS } from './draft';
import classes from './wizard.module.css';

/** The four steps, each an address of its own, and which of them need something. */
export function WizardSteps(props: { step: Step; href: (step: Step) => string; isFaulty: (step: Step) => boolean }) {
  const { t } = useTranslation('wizard');
  return (
    <nav aria-label={t('wizard.steps')}>
      <ol className={classes.steps}>
        {STEPS.map((step, i) => (
          <li key={step}>
            <Link to={props.href(step)} className={classes.step} aria-current={step === props.step ? 'step' : undefined}>
              <span className={classes.mark}>
                {props.isFaulty(step) ? <IconAlertCircle size={20} aria-label={t('wizard.needsAttention')} /> : i + 1}
              </span>
              <span className={classes.stepName}>{t(`step.${step}`)}</span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
