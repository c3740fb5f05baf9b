import { ActionIcon, Popover } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './composer.module.css';

/** Those that people write to customers, by what they are for. A full set weighs 400 kB; the system's own picker has it. */
const groups = {
  faces: '😀 😃 😄 😁 😅 😂 🙂 😉 😊 😇 🥰 😍 😘 😋 😎 🤩 🤔 🤗 😐 😌 😴 😮 😢 😭 😡 😳 🥺 😬 🙄 🤒 🥳 🤝',
  hands: '👍 👎 👌 ✌️ 🤞 👋 👏 🙌 🙏 💪 ✍️ 👉 👈 👆 👇 🫶',
  hearts: '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 ✨ ⭐ 🔥 🎉 🎁 🎂',
  things: '📦 🚚 🛒 🛍️ 💳 💵 🧾 📄 📎 📅 ⏰ ⏳ 📞 📱 💬 ✉️ 📍 🏠 🏥 ✈️ 🚗 🔧 🔑 💡 ☕ 🍕 🍎 🌧️ ☀️ 🌙',
  signs: '✅ ☑️ ❌ ❗ ❓ ⚠️ ℹ️ 🔔 🔒 ➡️ ⬅️ 🔄 🆗 🆕 1️⃣ 2️⃣ 3️⃣',
} as const;

export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="top-start" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <ActionIcon size={36} aria-label={t('composer.emoji.label')} onClick={() => setOpened(!opened)}>
          <IconMoodSmile size={20} stroke={1.6} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={t('composer.emoji.label')}>
        <div className={classes.emojis}>
          {Object.entries(groups).map(([group, emojis]) => (
            <Fragment key={group}>
              <h3>{t(`composer.emoji.${group}`)}</h3>
              {emojis.split(' ').map((emoji) => (
                <button
                  key={emoji}
                  type="button"
                  onClick={() => {
                    onPick(emoji);
                    setOpened(false);
                  }}
                >
                  {emoji}
                </button>
              ))}
            </Fragment>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
