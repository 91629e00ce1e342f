import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { Link } from 'react-router';
import { done } from '../../../components/notify';
import { PageHeader } from '../../../components/page-header';
import { ProblemAlert } from '../../../components/problem-alert';
import { UnsavedGuard } from '../../../components/unsaved-guard';
import { campaignQuery, type Loaded, useSegments } from '../campaign-calls';
import { AudienceStep } from './audience-step';
import { ConflictDialog } from './conflict-dialog';
import { changedFields, draftOf, faultsOf, merged, type Step, STEPS } from './draft';
import { MessageStep } from './message-step';
import { ReviewStep } from './review-step';
import { RulesStep } from './rules-step';
import type { StepProps } from './step-props';
import { useSaving } from './use-saving';
import { WizardSteps } from './wizard-steps';
import classes from './wizard.module.css';
import type { Draft } from './draft';

/** Message, audience, rules, review: a campaign is made or edited. Each step is an address, so that the browser's Back is the step before. */
export function Wizard({ initial, loaded }: { initial: Draft; loaded: Loaded | undefined }) {
  const { t } = useTranslation(['wizard', 'campaigns', 'common']);
  const [search] = useSearchParams();
  const location = useLocation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const step = STEPS.find((name) => name === search.get('step')) ?? 'message';
  const [draft, setDraft] = useState(initial);
  const [base, setBase] = useState({ draft: initial, loaded });
  const [visited, setVisited] = useState<readonly Step[]>([]);
  const [now] = useState(() => Date.now());
  const [isLooking, setLooking] = useState((location.state as { isLooking?: boolean } | null)?.isLooking === true);
  const [leaving, setLeaving] = useState<{ to: string; state?: object }>();
  const segments = useSegments();
  const saving = useSaving();

  const isChanged = changedFields(base.draft, draft).length > 0;
  const faultsByStep = faultsOf(draft, base.loaded && draftOf(base.loaded.campaign), now);
  const saved =
    base.loaded && !isChanged
      ? { id: base.loaded.campaign.id, version: base.loaded.etag, isActive: base.loaded.campaign.is_active }
      : undefined;

  const href = (to: Step) => {
    const params = new URLSearchParams(search);
    params.set('step', to);
    return `?${params.toString()}`;
  };

  // the step that is left may say what it lacks; the next one begins where the keyboard goes on
  const panel = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    const left = shown.current;
    setVisited((before) => (before.includes(left) ? before : [...before, left]));
    shown.current = step;
    panel.current?.focus({ preventScroll: true });
  }, [step]);

  // only once the guard knows that nothing is lost
  useEffect(() => {
    if (leaving) void navigate(leaving.to, { replace: true, state: leaving.state });
  }, [leaving, navigate]);

  async function save(then: 'stay' | 'look' | 'leave', { asDraft = false } = {}): Promise<void> {
    const faulty = STEPS.find((name) => faultsByStep[name].length > 0);
    if (faulty) {
      setVisited(STEPS);
      if (faulty !== step) void navigate(href(faulty));
      else panel.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    const next = await saving.save(base, draft, { asDraft });
    if (!next) return;
    const { id } = next.campaign;
    setBase({ draft: draftOf(next.campaign), loaded: next });
    setDraft(draftOf(next.campaign));
    cache.setQueryData(campaignQuery(id).queryKey, next);
    void cache.invalidateQueries({ queryKey: ['campaigns', 'list'] });
    done(t(asDraft ? 'wizard.savedAsDraft' : 'wizard.saved'));
    if (then === 'look') setLooking(true);
    if (then === 'leave') setLeaving({ to: `/campaigns/${id}` });
    else if (!base.loaded) setLeaving({ to: `/campaigns/${id}/edit?step=${step}`, state: { isLooking: then === 'look' } });
  }

  function settle(take: 'mine' | 'theirs'): void {
    const { theirs } = saving;
    if (!theirs) return;
    const their = draftOf(theirs.campaign);
    setDraft(take === 'mine' ? merged(base.draft, draft, their) : their);
    setBase({ draft: their, loaded: theirs });
    saving.settled();
  }

  const props: StepProps = {
    draft,
    change: (part) => setDraft((before) => ({ ...before, ...part })),
    faults: faultsByStep[step],
    isShown: visited.includes(step),
    saved,
    activeSegments: draft.segment_ids.filter((id) => segments.byId.get(id)?.is_active === true),
  };
  const at = STEPS.indexOf(step);
  const name = base.loaded?.campaign.name;
  return (
    <>
      <PageHeader
        title={name ? t('wizard.editTitle', { name }) : t('wizard.newTitle')}
        parent={
          name && base.loaded
            ? { title: name, to: `/campaigns/${base.loaded.campaign.id}` }
            : { title: t('campaigns:list.title'), to: '/campaigns' }
        }
      />
      <WizardSteps
        step={step}
        href={href}
        isFaulty={(of) => visited.includes(of) && of !== step && faultsByStep[of].length > 0}
      />
      <div ref={panel} tabIndex={-1} role="group" aria-label={t(`step.${step}`)} className={classes.panel}>
        {step === 'message' && <MessageStep {...props} />}
        {step === 'audience' && (
          <AudienceStep
            {...props}
            isLooking={isLooking}
            isSaving={saving.isBusy}
            onLook={() => (saved ? setLooking(true) : void save('look'))}
          />
        )}
        {step === 'rules' && <RulesStep {...props} />}
        {step === 'review' && <ReviewStep {...props} faultsByStep={faultsByStep} href={href} />}
      </div>
      <div className={classes.foot}>
        <Group gap="xs">
          {at > 0 && (
            <Button variant="default" component={Link} to={href(STEPS[at - 1])}>
              {t('common:action.back')}
            </Button>
          )}
          <Text size="sm" c="dimmed" role="status">
            {isChanged ? t('wizard.unsaved') : base.loaded ? t('wizard.allSaved') : ''}
          </Text>
        </Group>
        <Group gap="xs">
          {step !== 'review' && (isChanged || !base.loaded) && base.loaded && (
            <Button variant="default" loading={saving.isBusy} onClick={() => void save('stay')}>
              {t('common:action.save')}
            </Button>
          )}
          {step !== 'review' ? (
            <Button component={Link} to={href(STEPS[at + 1])}>
              {t('wizard.next', { step: t(`step.${STEPS[at + 1]}`) })}
            </Button>
          ) : (
            <>
              {!base.loaded && (
                <Button variant="default" loading={saving.isBusy} onClick={() => void save('leave', { asDraft: true })}>
                  {t('wizard.saveDraft')}
                </Button>
              )}
              <Button loading={saving.isBusy} onClick={() => void save('leave')}>
                {t('wizard.save')}
              </Button>
            </>
          )}
        </Group>
      </div>
      {saving.error !== undefined && (
        <Stack mt="sm">
          <ProblemAlert error={saving.error} />
        </Stack>
      )}
      <ConflictDialog
        base={base.draft}
        mine={draft}
        theirs={saving.theirs && draftOf(saving.theirs.campaign)}
        onMerge={() => settle('mine')}
        onTakeTheirs={() => settle('theirs')}
        onClose={saving.settled}
      />
      <UnsavedGuard isChanged={isChanged && !leaving} />
    </>
  );
}
