import './ui/mantine.css';
import '@mantine/notifications/styles.css';
import './ui/fonts.css';
import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startLanguage } from './i18n/index.ts';
import { speakOfFields } from './ui/field-words.ts';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
speakOfFields();
// Not awaited here: with one module that waits, the bundler leaves all that pages share in chunks of its own, some sixty.
void startLanguage().then(() => createRoot(root).render(<App />));
