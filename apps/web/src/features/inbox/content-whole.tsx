import { useTranslation } from '../../i18n/words.ts';
import { Modal } from '../../ui/modal.tsx';
import { FormattedText } from './content-text.tsx';

/** All of a long message. */
export default function WholeText(props: {
  text: string;
  names?: readonly string[] | undefined;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} size="lg" title={t('thread.wholeText')}>
      <FormattedText text={props.text} names={props.names} />
    </Modal>
  );
}
