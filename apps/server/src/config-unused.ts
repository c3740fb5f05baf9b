/** Names of the reference systems that set nothing here, and why. */
export const UNUSED: Record<string, string> = {
  POSTGRES_PASSWORD: 'only a compose file needs it; the password is part of DATABASE_URL',
  REALTIME_DB_ENC_KEY: 'SEALING_KEYS covers it',
  AUTH_PASSWORD_SALT: 'argon2id salts every password itself',
  SESSION_SECRET: 'sessions are opaque and stored hashed',
  ERP_API_URL: 'integrations are not there yet',
  ERP_API_KEY: 'integrations are not there yet',
  CRM_API_URL: 'integrations are not there yet',
  CRM_API_KEY: 'integrations are not there yet',
  HELPDESK_API_URL: 'integrations are not there yet',
  HELPDESK_API_KEY: 'integrations are not there yet',
  DEMO_OWNER_ID: 'the demo workspace is made by itself',
  GEMINI_API_KEY: 'AI replies are not there yet',
  MONGO_URI: 'the data lies in PostgreSQL; set DATABASE_URL to use your own',
  VITE_API_BASE: 'only the development server of the web app reads it',
  CHOKIDAR_USEPOLLING: 'only the development server of the web app reads it',
};
