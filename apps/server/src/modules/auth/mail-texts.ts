/** What mails say, in the five languages. `{…}` are filled in; the link stands on a line of its own. */
export const locales = ['en', 'ar', 'hi', 'es', 'pt'] as const;
export type Locale = (typeof locales)[number];

export const mailKinds = [
  'confirm-address',
  'known-address',
  'reset-password',
  'password-changed',
  'confirm-new-address',
  'address-changed',
  'factor-added',
  'factor-removed',
  'recovery-codes-made',
  'sign-on-linked',
  'invitation',
] as const;
export type MailKind = (typeof mailKinds)[number];

export interface MailText {
  subject: string;
  text: string;
  /** What the link is called. */
  action: string;
}

export const mailTexts: Record<Locale, Record<MailKind, MailText>> = {
  en: {
    'confirm-address': {
      subject: 'Confirm your address',
      text: 'Hello {name}, confirm that this address is yours and your account is ready. The link is good for one day. If you did not register, do nothing.',
      action: 'Confirm address',
    },
    'known-address': {
      subject: 'You have an account already',
      text: 'Hello {name}, somebody tried to register with your address. You have an account already: sign in, or choose a new password if you forgot yours. If it was not you, do nothing.',
      action: 'Sign in',
    },
    'reset-password': {
      subject: 'Choose a new password',
      text: 'Hello {name}, choose a new password with this link. It is good for one hour and for one time. If you did not ask for it, do nothing: your password stays as it is.',
      action: 'Choose password',
    },
    'password-changed': {
      subject: 'Your password was changed',
      text: 'Hello {name}, the password of your account was changed. If it was not you, choose a new one at once.',
      action: 'Choose a new password',
    },
    'confirm-new-address': {
      subject: 'Confirm your new address',
      text: 'Hello {name}, confirm that you want to sign in with this address from now on. The link is good for one hour.',
      action: 'Use this address',
    },
    'address-changed': {
      subject: 'Your address was changed',
      text: 'Hello {name}, your account is now reached at {address}. If it was not you, write to whoever runs this installation at once.',
      action: 'Open',
    },
    'factor-added': {
      subject: 'A second factor was added',
      text: 'Hello {name}, a second factor was added to your account: from now on signing in asks for it. If it was not you, choose a new password at once and remove it.',
      action: 'Check your account',
    },
    'factor-removed': {
      subject: 'A second factor was removed',
      text: 'Hello {name}, a second factor was removed from your account. If it was not you, choose a new password at once and add one again.',
      action: 'Check your account',
    },
    'recovery-codes-made': {
      subject: 'New recovery codes',
      text: 'Hello {name}, new recovery codes were made for your account; those before are void. If it was not you, choose a new password at once.',
      action: 'Check your account',
    },
    'sign-on-linked': {
      subject: 'Single sign-on was connected',
      text: 'Hello {name}, you can sign in to your account by single sign-on now. If it was not you, write to whoever runs this installation at once.',
      action: 'Check your account',
    },
    invitation: {
      subject: '{inviter} invites you to {workspace}',
      text: '{inviter} invites you to work together in {workspace}. The link is good for seven days.',
      action: 'Accept invitation',
    },
  },
  ar: {
    'confirm-address': {
      subject: 'أكِّد عنوان بريدك',
      text: 'مرحبًا {name}، أكِّد أن هذا العنوان لك ليصبح حسابك جاهزًا. الرابط صالح ليوم واحد. إن لم تسجّل أنت فتجاهل هذه الرسالة.',
      action: 'تأكيد العنوان',
    },
    'known-address': {
      subject: 'لديك حساب بالفعل',
      text: 'مرحبًا {name}، حاول أحدهم التسجيل بعنوانك. لديك حساب بالفعل: سجّل الدخول، أو اختر كلمة مرور جديدة إن نسيتها. إن لم تكن أنت فتجاهل هذه الرسالة.',
      action: 'تسجيل الدخول',
    },
    'reset-password': {
      subject: 'اختر كلمة مرور جديدة',
      text: 'مرحبًا {name}، اختر كلمة مرور جديدة عبر هذا الرابط. الرابط صالح لساعة واحدة ولمرة واحدة. إن لم تطلبه فتجاهل هذه الرسالة وستبقى كلمة مرورك كما هي.',
      action: 'اختيار كلمة المرور',
    },
    'password-changed': {
      subject: 'تم تغيير كلمة مرورك',
      text: 'مرحبًا {name}، تم تغيير كلمة مرور حسابك. إن لم تكن أنت فاختر كلمة جديدة فورًا.',
      action: 'اختيار كلمة مرور جديدة',
    },
    'confirm-new-address': {
      subject: 'أكِّد عنوانك الجديد',
      text: 'مرحبًا {name}، أكِّد أنك تريد تسجيل الدخول بهذا العنوان من الآن فصاعدًا. الرابط صالح لساعة واحدة.',
      action: 'استخدام هذا العنوان',
    },
    'address-changed': {
      subject: 'تم تغيير عنوان بريدك',
      text: 'مرحبًا {name}، أصبح عنوان حسابك {address}. إن لم تكن أنت فراسل القائمين على هذا النظام فورًا.',
      action: 'فتح',
    },
    'factor-added': {
      subject: 'أُضيف عامل تحقق ثانٍ',
      text: 'مرحبًا {name}، أُضيف عامل تحقق ثانٍ إلى حسابك، وسيُطلب عند كل تسجيل دخول. إن لم تكن أنت فاختر كلمة مرور جديدة فورًا ثم احذفه.',
      action: 'مراجعة الحساب',
    },
    'factor-removed': {
      subject: 'حُذف عامل التحقق الثاني',
      text: 'مرحبًا {name}، حُذف عامل تحقق ثانٍ من حسابك. إن لم تكن أنت فاختر كلمة مرور جديدة فورًا ثم أضف عاملًا من جديد.',
      action: 'مراجعة الحساب',
    },
    'recovery-codes-made': {
      subject: 'رموز استرداد جديدة',
      text: 'مرحبًا {name}، أُنشئت رموز استرداد جديدة لحسابك وأُلغيت الرموز السابقة. إن لم تكن أنت فاختر كلمة مرور جديدة فورًا.',
      action: 'مراجعة الحساب',
    },
    'sign-on-linked': {
      subject: 'رُبط الدخول الموحد',
      text: 'مرحبًا {name}، يمكنك الآن الدخول إلى حسابك بالدخول الموحد. إن لم تكن أنت فراسل القائمين على هذا النظام فورًا.',
      action: 'مراجعة الحساب',
    },
    invitation: {
      subject: 'يدعوك {inviter} إلى {workspace}',
      text: 'يدعوك {inviter} إلى العمل معًا في {workspace}. الرابط صالح لسبعة أيام.',
      action: 'قبول الدعوة',
    },
  },
  hi: {
    'confirm-address': {
      subject: 'अपने पते की पुष्टि करें',
      text: 'नमस्ते {name}, पुष्टि करें कि यह पता आपका है, फिर आपका खाता तैयार है। यह लिंक एक दिन तक मान्य है। यदि आपने पंजीकरण नहीं किया, तो कुछ न करें।',
      action: 'पते की पुष्टि करें',
    },
    'known-address': {
      subject: 'आपका खाता पहले से है',
      text: 'नमस्ते {name}, किसी ने आपके पते से पंजीकरण करने की कोशिश की। आपका खाता पहले से है: साइन इन करें, या पासवर्ड भूल गए हों तो नया चुनें। यदि यह आप नहीं थे, तो कुछ न करें।',
      action: 'साइन इन करें',
    },
    'reset-password': {
      subject: 'नया पासवर्ड चुनें',
      text: 'नमस्ते {name}, इस लिंक से नया पासवर्ड चुनें। यह एक घंटे और एक बार के लिए मान्य है। यदि आपने इसे नहीं माँगा, तो कुछ न करें: आपका पासवर्ड वैसा ही रहेगा।',
      action: 'पासवर्ड चुनें',
    },
    'password-changed': {
      subject: 'आपका पासवर्ड बदल दिया गया',
      text: 'नमस्ते {name}, आपके खाते का पासवर्ड बदल दिया गया है। यदि यह आप नहीं थे, तो तुरंत नया चुनें।',
      action: 'नया पासवर्ड चुनें',
    },
    'confirm-new-address': {
      subject: 'अपने नए पते की पुष्टि करें',
      text: 'नमस्ते {name}, पुष्टि करें कि अब से आप इस पते से साइन इन करना चाहते हैं। यह लिंक एक घंटे तक मान्य है।',
      action: 'यह पता इस्तेमाल करें',
    },
    'address-changed': {
      subject: 'आपका पता बदल दिया गया',
      text: 'नमस्ते {name}, आपके खाते का पता अब {address} है। यदि यह आप नहीं थे, तो इस सिस्टम के संचालक को तुरंत लिखें।',
      action: 'खोलें',
    },
    'factor-added': {
      subject: 'दूसरा कारक जोड़ा गया',
      text: 'नमस्ते {name}, आपके खाते में एक दूसरा कारक जोड़ा गया है: अब से साइन इन करते समय वह माँगा जाएगा। यदि यह आप नहीं थे, तो तुरंत नया पासवर्ड चुनें और उसे हटाएँ।',
      action: 'खाता जाँचें',
    },
    'factor-removed': {
      subject: 'दूसरा कारक हटाया गया',
      text: 'नमस्ते {name}, आपके खाते से एक दूसरा कारक हटाया गया है। यदि यह आप नहीं थे, तो तुरंत नया पासवर्ड चुनें और उसे फिर से जोड़ें।',
      action: 'खाता जाँचें',
    },
    'recovery-codes-made': {
      subject: 'नए रिकवरी कोड',
      text: 'नमस्ते {name}, आपके खाते के लिए नए रिकवरी कोड बनाए गए हैं; पहले वाले अब मान्य नहीं हैं। यदि यह आप नहीं थे, तो तुरंत नया पासवर्ड चुनें।',
      action: 'खाता जाँचें',
    },
    'sign-on-linked': {
      subject: 'सिंगल साइन-ऑन जोड़ा गया',
      text: 'नमस्ते {name}, अब आप सिंगल साइन-ऑन से अपने खाते में साइन इन कर सकते हैं। यदि यह आप नहीं थे, तो इस सिस्टम के संचालक को तुरंत लिखें।',
      action: 'खाता जाँचें',
    },
    invitation: {
      subject: '{inviter} आपको {workspace} में आमंत्रित करते हैं',
      text: '{inviter} आपको {workspace} में साथ काम करने के लिए आमंत्रित करते हैं। यह लिंक सात दिन तक मान्य है।',
      action: 'आमंत्रण स्वीकार करें',
    },
  },
  es: {
    'confirm-address': {
      subject: 'Confirma tu dirección',
      text: 'Hola, {name}: confirma que esta dirección es tuya y tu cuenta estará lista. El enlace vale un día. Si no te registraste, no hagas nada.',
      action: 'Confirmar dirección',
    },
    'known-address': {
      subject: 'Ya tienes una cuenta',
      text: 'Hola, {name}: alguien intentó registrarse con tu dirección. Ya tienes una cuenta: inicia sesión o elige una contraseña nueva si olvidaste la tuya. Si no fuiste tú, no hagas nada.',
      action: 'Iniciar sesión',
    },
    'reset-password': {
      subject: 'Elige una contraseña nueva',
      text: 'Hola, {name}: elige una contraseña nueva con este enlace. Vale una hora y una sola vez. Si no lo pediste, no hagas nada: tu contraseña sigue igual.',
      action: 'Elegir contraseña',
    },
    'password-changed': {
      subject: 'Tu contraseña ha cambiado',
      text: 'Hola, {name}: la contraseña de tu cuenta ha cambiado. Si no fuiste tú, elige otra de inmediato.',
      action: 'Elegir otra contraseña',
    },
    'confirm-new-address': {
      subject: 'Confirma tu nueva dirección',
      text: 'Hola, {name}: confirma que quieres iniciar sesión con esta dirección desde ahora. El enlace vale una hora.',
      action: 'Usar esta dirección',
    },
    'address-changed': {
      subject: 'Tu dirección ha cambiado',
      text: 'Hola, {name}: tu cuenta usa ahora {address}. Si no fuiste tú, escribe de inmediato a quien administra esta instalación.',
      action: 'Abrir',
    },
    'factor-added': {
      subject: 'Se añadió un segundo factor',
      text: 'Hola, {name}: se añadió un segundo factor a tu cuenta; desde ahora se pedirá al iniciar sesión. Si no fuiste tú, elige de inmediato otra contraseña y quítalo.',
      action: 'Revisar la cuenta',
    },
    'factor-removed': {
      subject: 'Se quitó un segundo factor',
      text: 'Hola, {name}: se quitó un segundo factor de tu cuenta. Si no fuiste tú, elige de inmediato otra contraseña y vuelve a añadirlo.',
      action: 'Revisar la cuenta',
    },
    'recovery-codes-made': {
      subject: 'Códigos de recuperación nuevos',
      text: 'Hola, {name}: se crearon códigos de recuperación nuevos para tu cuenta; los anteriores ya no valen. Si no fuiste tú, elige de inmediato otra contraseña.',
      action: 'Revisar la cuenta',
    },
    'sign-on-linked': {
      subject: 'Se conectó el inicio de sesión único',
      text: 'Hola, {name}: ahora puedes entrar en tu cuenta con el inicio de sesión único. Si no fuiste tú, escribe de inmediato a quien administra esta instalación.',
      action: 'Revisar la cuenta',
    },
    invitation: {
      subject: '{inviter} te invita a {workspace}',
      text: '{inviter} te invita a trabajar en {workspace}. El enlace vale siete días.',
      action: 'Aceptar invitación',
    },
  },
  pt: {
    'confirm-address': {
      subject: 'Confirme o seu endereço',
      text: 'Olá, {name}: confirme que este endereço é seu e a sua conta estará pronta. O link vale um dia. Se você não se registrou, não faça nada.',
      action: 'Confirmar endereço',
    },
    'known-address': {
      subject: 'Você já tem uma conta',
      text: 'Olá, {name}: alguém tentou se registrar com o seu endereço. Você já tem uma conta: entre, ou escolha uma nova senha se esqueceu a sua. Se não foi você, não faça nada.',
      action: 'Entrar',
    },
    'reset-password': {
      subject: 'Escolha uma nova senha',
      text: 'Olá, {name}: escolha uma nova senha com este link. Ele vale uma hora e uma única vez. Se você não pediu, não faça nada: a sua senha continua a mesma.',
      action: 'Escolher senha',
    },
    'password-changed': {
      subject: 'A sua senha foi alterada',
      text: 'Olá, {name}: a senha da sua conta foi alterada. Se não foi você, escolha outra imediatamente.',
      action: 'Escolher outra senha',
    },
    'confirm-new-address': {
      subject: 'Confirme o seu novo endereço',
      text: 'Olá, {name}: confirme que quer entrar com este endereço a partir de agora. O link vale uma hora.',
      action: 'Usar este endereço',
    },
    'address-changed': {
      subject: 'O seu endereço foi alterado',
      text: 'Olá, {name}: a sua conta agora usa {address}. Se não foi você, escreva imediatamente a quem administra esta instalação.',
      action: 'Abrir',
    },
    'factor-added': {
      subject: 'Um segundo fator foi adicionado',
      text: 'Olá, {name}: um segundo fator foi adicionado à sua conta; a partir de agora ele será pedido ao entrar. Se não foi você, escolha outra senha imediatamente e remova-o.',
      action: 'Verificar a conta',
    },
    'factor-removed': {
      subject: 'Um segundo fator foi removido',
      text: 'Olá, {name}: um segundo fator foi removido da sua conta. Se não foi você, escolha outra senha imediatamente e adicione-o de novo.',
      action: 'Verificar a conta',
    },
    'recovery-codes-made': {
      subject: 'Novos códigos de recuperação',
      text: 'Olá, {name}: novos códigos de recuperação foram criados para a sua conta; os anteriores não valem mais. Se não foi você, escolha outra senha imediatamente.',
      action: 'Verificar a conta',
    },
    'sign-on-linked': {
      subject: 'O login único foi conectado',
      text: 'Olá, {name}: agora você pode entrar na sua conta pelo login único. Se não foi você, escreva imediatamente a quem administra esta instalação.',
      action: 'Verificar a conta',
    },
    invitation: {
      subject: '{inviter} convida você para {workspace}',
      text: '{inviter} convida você para trabalhar em {workspace}. O link vale sete dias.',
      action: 'Aceitar convite',
    },
  },
};
