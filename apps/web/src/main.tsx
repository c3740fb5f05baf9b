import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './ui/fonts.css';
import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startLanguage } from './i18n/index.ts';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
await startLanguage();
createRoot(root).render(<App />);
