/**
 * Words that people make passwords of, written down from common knowledge: what everybody's top of the list holds,
 * names, teams, places, animals, heroes, love and swearing, in the languages of our users. A password rule needs the
 * word once; case, digits, years, repeats and letters written as signs are the rules' business.
 */
const text = `
password passwort passwd passw pass word contraseña contrasena clave senha motdepasse mot de passe parola haslo parol sifre
login admin administrator root user guest test tester testing demo default changeme change welcome willkommen bienvenido
bienvenue letmein let me in open sesame opensesame secret secreto segredo private access system server master super
superuser manager office computer internet windows microsoft google yahoo facebook twitter instagram whatsapp youtube
linkedin myspace hotmail gmail outlook samsung nokia iphone android apple oracle cisco dell intel linux ubuntu database
mysql abc xyz qwe asd zxc qaz wsx edc qwert qwerty azerty asdf zxcv dvorak keyboard mouse monitor screen laptop
monkey dragon shadow sunshine princess football baseball basketball soccer hockey tennis golf golfer swimming volleyball
rugby cricket boxing racing runner skater surfer rider biker fishing hunter hunting ranger killer freedom whatever
trustno trust no one nothing nobody something everything anything forever together always never money dollar million
lucky winner champion loser beautiful pretty lovely sweet sweety sweetheart honey baby babygirl babyboy angel angels
devil demon heaven hell god jesus christ jesuschrist allah church bible faith grace hope peace love loves lover lovers
loving loveme iloveyou iloveu ilove you love u loveyou lovely i lovers mylove amor teamo te amo mi vida mivida corazon
bonita princesa estrella carino hermosa tequiero te quiero eres linda meu bem querida querido saudade felicidade
alegria happy smile smiley funny crazy cool coolio cutie hottie sexy sexylady playboy babe kitty kitten puppy doggie doggy
dog cat cats dogs bird horse horses tiger tigers lion lions bear bears wolf wolves eagle eagles falcon falcons hawk hawks
panther panthers cougar cobra viper snake spider dolphin dolphins shark sharks whale turtle rabbit bunny mouse chicken
rooster turkey duck ducks goose pig pigs cow bull bulls donkey elephant giraffe zebra panda koala monster phoenix
butterfly ladybug flower flowers rose roses daisy lily violet jasmine orchid cherry apple banana orange lemon strawberry
peaches peanut pepper ginger cookie cookies cupcake chocolate candy sugar coffee pizza cheese bacon butter hamburger
chicken popcorn pumpkin pickle noodle tomato potato onion water beer whiskey vodka tequila guinness heineken budweiser
marlboro cocacola coke pepsi red blue green yellow black white purple pink orange silver golden gold diamond crystal pearl
ruby sapphire emerald summer winter spring autumn january february march april may june july august september october
november december monday tuesday wednesday thursday friday saturday sunday weekend holiday birthday christmas easter
halloween sun moon star stars starlight sky cloud rain rainbow snow snowball snowman storm thunder lightning fire ice
water earth wind ocean river mountain forest island beach desert london paris berlin madrid rome moscow newyork york new
boston chicago houston dallas texas florida california arizona denver seattle oakland orlando miami vegas detroit
philadelphia pittsburgh washington virginia carolina georgia jordan dakota montana alaska hawaii canada toronto montreal
mexico brasil brazil argentina colombia peru chile espana spain france germany deutschland italy italia england
scotland ireland america american australia india pakistan bharat mumbai delhi kolkata chennai bangalore egypt cairo
dubai saudi beirut lebanon palestine iraq kuwait maroc algerie tunisia turkey istanbul japan china tokyo korea
russia liverpool arsenal chelsea manchester united manutd man everton tottenham barcelona barca realmadrid real madrid
juventus milan inter bayern celtic rangers flamengo corinthians palmeiras santos gremio vasco boca river plate america
chivas cowboys steelers packers patriots yankees redsox red sox lakers bulls celtics raiders dodgers mets giants broncos
redskins vikings saints dolphins chargers cardinals cubs braves phillies spurs knicks warriors warrior wildcats gators
buckeyes longhorn sooners trojans bulldog bulldogs mustang mustangs ferrari porsche mercedes bmw audi toyota honda nissan
ford chevy camaro corvette chevrolet dodge jaguar yamaha suzuki kawasaki harley davidson harleydavidson truck trucks
motor racer turbo nascar airborne marine marines army navy soldier sniper police fireman firebird pilot captain general
sergeant trooper commander batman superman spiderman ironman wolverine hulk joker marvel avengers thor hero heroes
starwars star wars jedi skywalker vader yoda startrek trek enterprise matrix neo trinity morpheus terminator gandalf frodo
legolas aragorn hobbit merlin arthur camelot excalibur zelda mario luigi nintendo sonic pokemon pikachu naruto sasuke
goku dragonball gundam playstation xbox gamer gaming game games minecraft fortnite warcraft counter strike counterstrike
halo doom quake diablo sephiroth finalfantasy final fantasy bond jamesbond rambo rocky zorro sherlock hogwarts harry
potter harrypotter hermione bubba simpson simpsons bart homer scooby scoobydoo snoopy garfield tinkerbell mickey minnie
donald disney winnie pooh tweety barney elmo spongebob patrick metallica nirvana slipknot eminem rammstein megadeth
ironmaiden slayer pantera korn linkin park linkinpark beatles elvis madonna britney shakira beyonce rihanna prince
bowie floyd pinkfloyd zeppelin ledzeppelin hendrix marley bobmarley music musica guitar drummer piano bass metal rock
rocknroll rockstar punk hiphop rap dance dancer dancing party disco singer bond student teacher school college university
doctor nurse lawyer engineer scorpion scorpio gemini pisces aquarius leo virgo libra taurus aries cancer sagittarius
capricorn friend friends bestfriend best friendship family mother father mommy mom daddy dad mama papa mami papi sister
brother brothers sisters grandma grandpa wife husband girlfriend boyfriend girl girls boy boys lady ladies woman women
man men guy king queen knight wizard magic magician ninja samurai pirate pirates cowboy indian alien aliens
vampire zombie ghost witch goblin unicorn fairy mermaid titan titanic legend genius phantom mystery mystic maverick
rebel gangster gangsta pimp thug badboy bad goodboy good bigdog big little small great best number one first last
fuck fucker fucking fuckyou fuckme fuckoff shit bullshit asshole bitch bastard bitches whore pussy cunt dick cock
penis vagina boobs booty tits sex porn xxx naked hooters horny bigdick bigcock suckit suck sucks blowjob cumshot blow job
hardcore pornstar orgasm playmate damn puta puto mierda cabron pendejo merda caralho porra kurwa
michael jennifer jordan michelle daniel jessica thomas robert joshua matthew andrew anthony ashley amanda nicole
charlie george william james john david richard joseph christopher charles mark paul steven kevin brian edward ronald
timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory
frank alexander raymond patrick jack dennis jerry tyler aaron jose adam nathan henry zachary douglas peter kyle walter
ethan jeremy harold keith christian roger noah gerald carl terry sean austin arthur lawrence jesse dylan bryan joe
jordan billy bruce albert willie gabriel logan alan juan wayne roy ralph randy eugene vincent russell louis bobby
philip johnny mary patricia linda barbara elizabeth susan sarah karen nancy lisa betty margaret sandra kimberly emily
donna carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna
brenda pamela emma helen samantha katherine christine debra rachel catherine carolyn janet ruth maria heather diane
virginia julie joyce victoria olivia kelly christina lauren joan evelyn judith megan andrea cheryl hannah jacqueline
martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace denise amber
doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori crystal tiffany
vanessa veronica monica claudia adriana gabriela daniela alejandro alejandra carlos jorge luis miguel antonio francisco
pedro pablo diego sergio javier fernando ricardo eduardo roberto manuel rafael ramon raul alberto enrique andres mariana
carolina valentina camila sofia lucia paola natalia joao jose paulo lucas gabriel matheus rodrigo felipe bruno thiago
marcelo leonardo gustavo juliana fernanda beatriz leticia bruna larissa aline priscila mohamed mohammed muhammad ahmed
ahmad mahmoud mustafa ali omar hassan hussein hussain ibrahim khaled khalid youssef yousef abdullah abdul fatima aisha
zainab maryam mariam sara nour layla leila yasmin salma habibi habibti inshallah bismillah alhamdulillah mashallah
rahul raj rajesh ravi sanjay vijay amit sunil anil suresh ramesh kumar sharma singh gupta patel khan deepak manoj
pooja priya neha anjali kavita sunita ganesh krishna shiva hanuman saibaba sairam jaimatadi omsairam om namahshivaya
bharatmata jaihind hindustan sachin tendulkar dhoni kohli salman shahrukh messi ronaldo cristiano neymar ronaldinho
beckham zidane kaka maradona pele nadal federer jordan kobe bryant lebron shaq gretzky tiger woods earnhardt
alexandra anastasia andreas angelina antonia barbie bella bianca bonnie brooke buddy buster butch cameron candice carmen
caroline casey cassie chance charlene chester chris christy cindy clifford connor cooper corey courtney curtis danny
darren dave debbie derek dexter dolly dominic donnie dustin eddie elaine ellen elliot emmanuel erica erin evan felix
fiona freddie freddy gemma genesis gina gordon harley harvey hayley holly hunter isabel isabelle jackie jackson jaime
jake jamie janine jasper jeff jenny jeremiah jerome jimmy joanna joanne jodie joel joey johnson jones josephine josh
judy julian kaitlyn karina katie katrina kenneth kenny kim kristen kristin kristina kurt lance leslie liam lindsay lindsey
louise lucas lucy luke mackenzie maggie malcolm marcus margarita mario marissa marshall martin martina marvin mason max
maxwell melanie mercedes mike miller mitchell molly morgan nadine natasha nathalie neil nelson nikki nina norman oliver
oscar paige pamela patty pauline penny phil phillip rebekah regina ricky robbie robin rodney rodriguez roland roman ronnie
rosie ross roxanne roxy russel sabrina sally sammy sandy sasha sebastian shane shannon shawn sheila sherry sidney simon
simone sophie spencer stacey stella steve stewart stuart summer susie suzanne sydney sylvia tamara tanya tara taylor
teddy thompson tina toby todd tommy tony tracey tracy travis trevor tristan troy vera vicky victor vivian wanda wendy
wesley willow wilson winston xavier yolanda yvonne zachary zoe
correct horse battery staple turtle access asshole bailey bandit baxter beach beaver bigfoot birdie biteme bite blaze
blizzard blonde bondage bonehead boomer booger bravo brazil broadway bronco brownie bubbles buffalo bullet burton cactus
caesar calvin cannon carrot casper castle cassandra celeste century chain champ chaos charger cheater cheetah chevelle
chichi chopper classic clover college comet compaq concrete condor contact control copper corolla cosmos country cowgirl
creative cricket cyber cyclone dakota dallas danger dark darkness darkangel darkside daredevil dead death deathnote
december deepthroat delta denali detective digital dinosaur director discover doggy dolphin donkey download dreamer dream
dreams driver eclipse edison einstein element elephant eleven emperor energy engine enigma enter escort eternal eternity
europe everest evergreen example excellent explorer express extreme fabulous falcon fantasy farmer fatboy fatman favorite
fellow fender fireball firefly fish flash flipper florence fluffy flyers flying force forest forget formula forward
fountain fox foxy freak freaky free freedom frog froggy front fuzzy galaxy gateway giant gibson gizmo gladiator glory
goalie goblue golfing goober gotcha grand green greenday griffin grumpy gunner hacker hammer handsome handyman hardrock
hawaii hawkeye heart hearts heavy helicopter hello hellokitty hello kitty hola bonjour ciao salut hallo namaste salam
marhaba oi ola hendrix hercules highland highlander hogtied home homeless honda hotdog hotrod house houston hurricane hunting
iceman icecream impala indiana infinity insane inside integra invisible island jackass jackpot jaguar jersey jellybean jelly
jessie journey jungle junior justice kamikaze karate kelvin kernel killers kingdom kingkong kissme kiss knights lakeside
lancer language laser lasvegas laughing lavender legacy legend lesbian liberty light lightbulb limited lincoln lipstick
live living lizard lobster logitech lollipop london lonely looking lord loser lunch macintosh machine madness magnolia magnum
mailman marino marlin maximus maxima medical melody memory memphis merlin metallic meteor midnight military mississippi mobile
moloko monday money monique montana montgomery moonlight moose motherfucker mother fucker motocross motorola mountain movie
mozart muffin murphy mushroom mustard naughty nascar nautica network newcastle newport newlife newyork nightmare night nightwing
ninja nirvana norway nowhere nuclear number october offshore olympic online original outlaw overlord oxford pacific packard
paladin panama pantera paradise paradox paranoid passion passport patches peaceful peewee pegasus penguin pentium people
perfect personal peterpan pharmacy photo picasso picture pinkfloyd pioneer planet platinum player please polaris pontiac
poohbear poop poopoo porsche portland positive postal power powers powerful precious predator premier presario president
prodigy professor profile project prometheus promise protect puppies python qwertyu racecar rachel radical radio railroad
rainbow raptor rascal raven ravens reading rebecca recovery redneck redwings redhead reggae register remember reality republic
research resident revolution reynolds ricardo ripper robot rockets rockon romance romeo juliet ronaldo rooster rosebud rotten
route royal royals running russia sailing sailor samson sanchez sandman saturn savage school science scooter scorpion scarface
security seminole senior serenity seven shadow shadows shaved sheep shelby shepherd sherman shooter shopping short showtime
sierra silence silent silverado simple sinister sixers skippy skyline slacker sleepy slick slut sluts smokey smoke smoker
smooth snapper snickers snuggles socrates solution somebody sonny space spanky sparky sparkle special spectrum speed speedy
spirit spitfire splash sponge sport sports squirrel stanley stargate stealth steel stephen sticky stinky strange stranger
strawberry street strong studio stupid success sucker sugar suicide sunflower sunset sunrise sunny super superstar supreme
sweetpea swordfish sword syracuse target tattoo teardrop technics techno teen tekken telephone tennessee theater theking
thebest theone thuglife thunderbird tiffany time timber tomcat tootsie topgun tornado toyota tractor traffic transam
transfer transformers travel treasure triangle tribal trick tricky trigger trouble trumpet trustme truth tuesday tucker
twilight twins twister ultimate underground undertaker unique universal universe unknown valentine valley vampires vegeta
velvet venus victory video viking village vincent vision volcano volcom volleyball voodoo voyager walker walnut warlock
warner webmaster webster welcome western wheels whiteboy wicked wildcat wildfire wild william windsurf wings winston
winter wisdom wishbone wonder wonderful woodland working world wrangler wrestler wrestling xavier yankee yellow
young yourself zaq zeus zxc
hemmelig geheim geheimnis schatz schalke fussball hallo ficken sommer bienvenue soleil chouchou doudou loulou azertyuiop
marseille cheval nicolas camille chocolat bonheur amour jetaime je taime papillon coucou secreta futebol brasileiro
internacional sporting benfica porto bemvindo estrela flor amizade deus jesuscristo deusefiel fe familia amigos vida
contrasenia hola holamundo futbol tigres pumas cruzazul rebelde chocolate elefante mariposa dinero futuro
destiny bless blessed blessing softball portugal brooklyn cristina hate ihateyou ihate good goodluck santiago svetlana vladimir
angelica westside southside eastside northside money getmoney giovanni savannah sterling valentin awesome alessandro hollister
cheyenne happiness blah anderson godisgood giuseppe skittles cristian hollywood panasonic business sample airforce frank cena
truelove true onelove shithead idontknow know casanova carpediem franklin stone cold cutie pie cutiepie beatrice come amsterdam
harrison buttercup runescape penelope lacrosse maryjane paintball cleopatra godzilla butthead katerina pineapple allison
teddybear federico napoleon michigan bradley catalina strength medicine spartan blackberry salvador indonesia pebbles alabama
skateboard life lorraine blondie cherokee mexican aaliyah assassin westlife dickhead watermelon dumbass monalisa agent dominique
miranda kissmyass sebastien ekaterina pitbull salvatore jamaica loverboy karolina dragonfly thailand buttercup hotstuff stuff
valentino geronimo lovebug viktoria valencia atlanta vacation gaga drpepper pepper shamrock insanity scarlett starcraft ragnarok
lollypop illinois chandler andromeda budlight cinderella eyes hamilton stardust education alessandra casablanca boop billabong
marketing madeline hershey hongkong hong kong boobies diet oblivion billybob carlitos freckles daddys giovanna sandrine munchkin
thankyou thank hernandez robinson godbless marianne chemistry snowflake bubblegum bubble gum cash blueberry carebear singapore
kingston cracker flamingo soulmate soul mate magdalena esperanza semperfi thumper dingdong imissyou miss radiohead evolution
whitney fashion priyanka galatasaray fenerbahce besiktas warhammer nathaniel preston snowboard labrador sweetness marijuana
handball mauricio immortal trinidad atlantis garrett esmeralda cadillac sublime nevermind jumpman verbatim valerie cakes
gorgeous abhishek riccardo caitlin wolfgang south north east west park backspace space disturbed campbell francis
ericsson gonzalez bethany sandiego morrison cinnamon romashka cassidy richmond patience mastermind toulouse slimshady slim
hamster brittney cuddles jefferson eleonora vodafone kate martin lopez garcia martinez perez sanchez ramirez torres flores
rivera gomez diaz reyes morales cruz ortiz gutierrez chavez ramos ruiz alvarez mendoza vasquez castillo jimenez moreno romero
herrera medina aguilar silva santos oliveira souza pereira costa ferreira almeida ribeiro carvalho lopes gomes barbosa
smith williams brown davis moore jackson white harris clark lewis young hall baker green carter phillips evans edwards
collins stewart morris rogers reed cook bell cooper richardson cox howard ward peterson brooks gray watson sanders price
bennett wood barnes henderson coleman jenkins perry long hughes washington butler foster alexander russell griffin hayes
мир пароль любовь йцукен йцукенг привет наташа максим كلمة السر كلمةالسر مرحبا حبيبي محمد احمد الله नमस्ते पासवर्ड भारत प्यार
`;

/** Three letters and more: shorter ones would make words of what is none. */
export const commonWords: ReadonlySet<string> = new Set(text.split(/\s+/).filter((word) => word.length >= 3));
