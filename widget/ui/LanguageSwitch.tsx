import { useWords } from '../i18n/locale.tsx'
import { Button } from './Button.tsx'

/** Named in the language it leads to: who needs it cannot read the other one. */
export function LanguageSwitch() {
  const { locale, setLocale } = useWords()
  const isChinese = locale === 'zh-CN'
  return (
    <Button kind="quiet" onClick={() => setLocale(isChinese ? 'en' : 'zh-CN')}>
      <span lang={isChinese ? 'en' : 'zh-CN'}>{isChinese ? 'English' : '中文'}</span>
    </Button>
  )
}
