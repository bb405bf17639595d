import { Button, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { publicAddressOf } from '../../../../shared/fields.ts'
import { useAppState, useBridge } from '../../../bridge/hooks.tsx'
import { CopyField } from '../../../parts/copy-field.tsx'
import { IconRefresh } from '../../../parts/icons.ts'
import { useWords } from '../../../words.tsx'
import { Note } from '../note.tsx'
import { StepForm } from '../step-form.tsx'
import { useStep, type Verdict } from '../use-step.ts'

const FIELD = 'publicAddress'
/** What was typed and not yet proven, until the window is closed. */
const MEMORY = 'wizard.public-address'

/** How Chatra reaches this computer. One way exists so far, and the way without. */
export function AddressStep() {
  const { t } = useWords()
  const bridge = useBridge()
  const { publicAddress, hooksUrl } = useAppState()
  const known = publicAddress.address ?? ''
  const [provider, setProvider] = useState<'own' | 'none'>('own')
  const [text, setText] = useState(() => sessionStorage.getItem(MEMORY) ?? known)
  const reading = publicAddressOf(text)
  const isKept = reading.ok && reading.address === known
  const isProven = isKept && publicAddress.state === 'proven'
  /** Some routers let nobody inside call their own public name: the owner may know better than the proof. */
  const [tried, setTried] = useState(false)

  const prove = async (): Promise<Verdict> => {
    const answer = await bridge.call('setup.publicAddress', { address: text })
    if (!answer.ok) return { ...answer.error, field: FIELD }
    sessionStorage.removeItem(MEMORY)
    setText(answer.value.address ?? text)
    setTried(true)
    if (answer.value.state === 'proven') return 'next'
    const key = answer.value.problem ?? 'wizard.address.unproven'
    return { code: 'service', message: { key, params: {} }, field: FIELD, detail: null }
  }
  const mayInsist = tried && isKept && !isProven
  const control = useStep(
    provider === 'own' ? { [FIELD]: reading.ok ? null : reading.problem } : {},
    async () => (provider === 'none' || isProven || mayInsist ? 'next' : prove()),
  )
  const [proving, setProving] = useState(false)
  const again = async () => {
    setProving(true)
    const verdict = await prove()
    setProving(false)
    control.show(typeof verdict === 'object' ? verdict : null)
  }
  return (
    <StepForm
      control={control}
      title={t('wizard.address.title')}
      intro={t('wizard.address.intro')}
      onward={t(
        provider === 'none'
          ? 'wizard.address.without'
          : isProven
            ? 'action.next'
            : mayInsist
              ? 'wizard.address.insist'
              : 'wizard.check',
      )}
    >
      <Radio.Group
        value={provider}
        onChange={(value) => setProvider(value === 'none' ? 'none' : 'own')}
        label={t('wizard.address.how')}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="own"
            size="sm"
            label={t('wizard.address.own')}
            description={t('wizard.address.own-advice')}
          />
          <Radio
            value="none"
            size="sm"
            label={t('wizard.address.none')}
            description={t('wizard.address.none-advice')}
          />
        </Stack>
      </Radio.Group>
      {provider === 'own' ? (
        <Stack gap="sm">
          <TextInput
            {...control.field(FIELD)}
            label={t('wizard.address.label')}
            placeholder="https://bridge.shop.example"
            maw="30rem"
            value={text}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              setText(event.currentTarget.value)
              sessionStorage.setItem(MEMORY, event.currentTarget.value)
              control.edited(FIELD)
            }}
          />
          {isProven && <Note tone="good">{t('wizard.address.proven', { address: known })}</Note>}
          {mayInsist && (
            <Note tone="attention">
              <Text size="sm" mb="xs">
                {t('wizard.address.insist-text')}
              </Text>
              <Button
                variant="default"
                flex="none"
                loading={proving}
                onClick={() => void again()}
                leftSection={<IconRefresh size={14} aria-hidden />}
              >
                {t('wizard.address.again')}
              </Button>
            </Note>
          )}
          <CopyField
            label={t('wizard.address.local')}
            description={t('wizard.address.local-advice')}
            value={hooksUrl}
          />
        </Stack>
      ) : (
        <Note tone="info">{t('wizard.address.none-text')}</Note>
      )}
    </StepForm>
  )
}
