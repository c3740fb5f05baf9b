/** The page's words. Every language has every key: words.test.ts holds them together. */
export const words = {
  en: {
    people: 'People',
    newPerson: 'New person',
    name: 'Name',
    phoneOptional: 'Phone number (optional)',
    create: 'Create',
    cancel: 'Cancel',
    choose: 'Choose a person to hold their phone',
    chooseHint: 'You are the customer here. What you write reaches the business as a WhatsApp webhook.',
    noNumbers: 'No business number is connected yet.',
    message: 'Message',
    send: 'Send',
    attach: 'Attach',
    photo: 'Photo or video',
    document: 'Document',
    audio: 'Voice note',
    sticker: 'Sticker',
    location: 'Location',
    contact: 'Contact card',
    odd: 'A kind WhatsApp does not pass on',
    back: 'Back',
    typing: 'typing…',
    online: 'business account',
    windowOpen: 'The business may write freely for {time}',
    windowShut: 'The business may only send templates',
    reply: 'Reply',
    react: 'React',
    removeReaction: 'Remove reaction',
    replyingTo: 'Replying to {name}',
    you: 'You',
    pending: 'Waiting',
    sent: 'Sent',
    delivered: 'Delivered: the webhook was acknowledged',
    read: 'Read',
    today: 'Today',
    yesterday: 'Yesterday',
    faults: 'Faults',
    faultsHint: 'Make WhatsApp misbehave and watch what the product does.',
    arm: 'Arm',
    disarm: 'Disarm',
    now: 'Do it',
    armed: 'armed, {count} left',
    struck: 'struck {count}×',
    close: 'Close',
    theme: 'Light or dark',
    language: 'Language',
    noPhone: 'phone number hidden',
    offline: 'The simulator does not answer. Trying again…',
    chooseFrom: 'Choose',
    form: 'Fill in the form (JSON that the flow returns)',
    notHere: 'This button has no effect in the simulator',
    copied: 'Copied {code}',
    empty: 'Say hi: the first message opens the conversation.',
    failed: 'That did not work: {reason}',
    file: 'File',
    value: 'Value',
    unsupported: 'This message cannot be shown',
    template: 'template',
    search: 'Search people',
  },
  ar: {
    people: 'الأشخاص',
    newPerson: 'شخص جديد',
    name: 'الاسم',
    phoneOptional: 'رقم الهاتف (اختياري)',
    create: 'إنشاء',
    cancel: 'إلغاء',
    choose: 'اختر شخصًا لتمسك هاتفه',
    chooseHint: 'أنت العميل هنا. ما تكتبه يصل إلى النشاط التجاري عبر ويب هوك واتساب.',
    noNumbers: 'لم يُربط أي رقم أعمال بعد.',
    message: 'رسالة',
    send: 'إرسال',
    attach: 'إرفاق',
    photo: 'صورة أو فيديو',
    document: 'مستند',
    audio: 'رسالة صوتية',
    sticker: 'ملصق',
    location: 'الموقع',
    contact: 'بطاقة جهة اتصال',
    odd: 'نوع لا يمرره واتساب',
    back: 'رجوع',
    typing: 'يكتب…',
    online: 'حساب أعمال',
    windowOpen: 'يمكن للنشاط الكتابة بحرية لمدة {time}',
    windowShut: 'يمكن للنشاط إرسال القوالب فقط',
    reply: 'رد',
    react: 'تفاعل',
    removeReaction: 'إزالة التفاعل',
    replyingTo: 'رد على {name}',
    you: 'أنت',
    pending: 'في الانتظار',
    sent: 'أُرسلت',
    delivered: 'تم التسليم: تم تأكيد الويب هوك',
    read: 'قُرئت',
    today: 'اليوم',
    yesterday: 'أمس',
    faults: 'الأعطال',
    faultsHint: 'اجعل واتساب يخطئ وراقب ما يفعله المنتج.',
    arm: 'تفعيل',
    disarm: 'إلغاء التفعيل',
    now: 'نفّذ',
    armed: 'مفعّل، بقي {count}',
    struck: 'حدث {count} مرة',
    close: 'إغلاق',
    theme: 'فاتح أو داكن',
    language: 'اللغة',
    noPhone: 'رقم الهاتف مخفي',
    offline: 'المحاكي لا يجيب. نحاول مرة أخرى…',
    chooseFrom: 'اختر',
    form: 'املأ النموذج (JSON الذي يعيده التدفق)',
    notHere: 'هذا الزر لا يعمل في المحاكي',
    copied: 'نُسخ {code}',
    empty: 'قل مرحبًا: أول رسالة تفتح المحادثة.',
    failed: 'لم ينجح ذلك: {reason}',
    file: 'ملف',
    value: 'القيمة',
    unsupported: 'لا يمكن عرض هذه الرسالة',
    template: 'قالب',
    search: 'ابحث عن أشخاص',
  },
};

export const languages = { en: { name: 'English', dir: 'ltr' }, ar: { name: 'العربية', dir: 'rtl' } };

/** The wanted language: `?lang=`, else what was chosen before, else the browser's, else English. */
export function chosenLanguage() {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem('sim-lang');
  if (asked && asked in words) return asked;
  const browser = navigator.language.slice(0, 2);
  return browser in words ? browser : 'en';
}

let current = 'en';

export function useLanguage(language) {
  current = language;
  localStorage.setItem('sim-lang', language);
  document.documentElement.lang = language;
  document.documentElement.dir = languages[language].dir;
}

export const language = () => current;

export function t(key, values = {}) {
  let text = words[current][key] ?? words.en[key];
  for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, String(value));
  return text;
}
