// The words of the synthetic shop: kinds of product with their synonyms, and the attributes they come in.
// Tables only. What a product or a query does with them is in `product.ts` and `query.ts`.

/** How a kind of product is measured. */
export type MeasureKind = 'length' | 'volume' | 'weight' | 'apparel' | 'pack' | 'watt' | 'storage';

/** One department: what its products are made of and how they are measured. */
export interface Department {
  name: string;
  /** Concepts of `MATERIALS` that occur here. */
  materials: readonly string[];
  measures: readonly MeasureKind[];
  hasAudience: boolean;
  /** Each entry is a family of kinds that replace one another; each kind is `name|synonym|...`. */
  families: readonly (readonly string[])[];
}

/** Departments with their kinds of product. The first name of a kind is the commonest. */
export const DEPARTMENTS: readonly Department[] = [
  {
    name: 'furniture',
    materials: ['wood', 'metal', 'leather', 'velvet', 'rattan', 'glass'],
    measures: ['length'],
    hasAudience: false,
    families: [
      ['sofa|couch|settee', 'loveseat|two seater|snuggler', 'futon|sofa bed|sleeper'],
      ['armchair|easy chair|club chair', 'recliner|lounger', 'ottoman|footstool|pouffe'],
      ['wardrobe|armoire|closet', 'dresser|chest of drawers|tallboy', 'sideboard|credenza|buffet'],
      ['coffee table|cocktail table', 'nightstand|bedside table|night table', 'console|hall table'],
      ['bookcase|bookshelf|shelving', 'display cabinet|vitrine|curio'],
    ],
  },
  {
    name: 'bedding',
    materials: ['cotton', 'linen', 'wool', 'polyester', 'bamboo', 'silk'],
    measures: ['length', 'pack'],
    hasAudience: false,
    families: [
      ['duvet|comforter|quilt', 'blanket|throw|afghan', 'bedspread|coverlet'],
      ['pillow|headrest', 'cushion|bolster|scatter'],
      ['bed sheet|fitted sheet|flat sheet', 'pillowcase|sham|pillow cover'],
      ['mattress|bed base', 'mattress topper|overlay|mattress pad'],
    ],
  },
  {
    name: 'kitchen',
    materials: ['steel', 'iron', 'ceramic', 'glass', 'silicone', 'wood', 'aluminium'],
    measures: ['volume', 'pack', 'length'],
    hasAudience: false,
    families: [
      ['frying pan|skillet|fry pan', 'wok|stir fry pan', 'griddle|grill pan|plancha'],
      ['saucepan|milk pan', 'stockpot|soup pot', 'dutch oven|casserole|cocotte'],
      ['mug|coffee cup|beaker', 'tumbler|drinking glass|highball', 'goblet|wine glass|stemware'],
      ['cutlery|flatware|silverware', 'chef knife|cook knife', 'cleaver|butcher knife'],
      ['chopping board|cutting board', 'rolling pin|dough roller', 'colander|strainer|sieve'],
      ['lunch box|bento', 'food storage container|tupperware', 'flask|thermos|vacuum bottle'],
    ],
  },
  {
    name: 'appliances',
    materials: ['steel', 'plastic', 'glass', 'aluminium'],
    measures: ['watt', 'volume'],
    hasAudience: false,
    families: [
      ['fridge|refrigerator', 'freezer|deep freeze', 'wine cooler|wine fridge'],
      ['hoover|vacuum cleaner|vac', 'carpet cleaner|carpet washer', 'steam mop|floor steamer'],
      ['coffee maker|coffee machine|percolator', 'espresso machine|barista', 'kettle|water boiler'],
      ['blender|liquidiser|smoothie maker', 'food processor|chopper', 'hand mixer|whisk'],
      ['microwave|micro oven', 'air fryer|hot air cooker', 'toaster|bread browner'],
      ['heater|radiator|space heater', 'fan|ventilator|air circulator', 'air conditioner|ac unit'],
    ],
  },
  {
    name: 'shoes',
    materials: ['leather', 'suede', 'canvas', 'rubber', 'mesh'],
    measures: ['apparel'],
    hasAudience: true,
    families: [
      ['sneakers|trainers|tennis shoes', 'running shoes|joggers|runners', 'plimsolls|pumps'],
      ['boots|ankle boots|chelsea', 'hiking boots|walking boots|trekkers', 'wellies|rain boots'],
      ['sandals|slides', 'flip flops|thongs|beach slippers', 'slippers|house shoes|moccasins'],
      ['high heels|stilettos', 'loafers|slip ons', 'oxfords|brogues|dress shoes'],
    ],
  },
  {
    name: 'clothing',
    materials: ['cotton', 'linen', 'wool', 'polyester', 'denim', 'silk', 'fleece', 'leather'],
    measures: ['apparel', 'pack'],
    hasAudience: true,
    families: [
      ['jumper|sweater|pullover', 'hoodie|hooded top', 'cardigan|knit jacket'],
      ['trousers|pants|slacks', 'jeans|dungarees', 'joggers bottoms|sweatpants|track pants'],
      ['t shirt|tee|crew top', 'vest|tank top|singlet', 'polo|golf shirt'],
      ['raincoat|mac|slicker', 'parka|anorak|winter coat', 'bomber|flight jacket'],
      ['pyjamas|sleepwear|nightwear', 'dressing gown|bathrobe|robe'],
      ['swimsuit|bathing suit|swimming costume', 'swim shorts|board shorts|trunks'],
      ['socks|hosiery', 'tights|leggings|pantyhose', 'beanie|knit cap|bobble hat'],
    ],
  },
  {
    name: 'bags',
    materials: ['leather', 'canvas', 'nylon', 'polyester', 'suede'],
    measures: ['volume', 'length'],
    hasAudience: true,
    families: [
      ['backpack|rucksack|daypack', 'satchel|messenger bag', 'gym bag|duffel|holdall'],
      ['handbag|purse|clutch', 'tote|shopper bag', 'bum bag|fanny pack|belt bag'],
      ['suitcase|luggage|trolley case', 'garment bag|suit carrier'],
      ['wallet|billfold', 'card holder|card case'],
    ],
  },
  {
    name: 'electronics',
    materials: ['plastic', 'aluminium', 'steel'],
    measures: ['watt', 'length', 'storage'],
    hasAudience: false,
    families: [
      ['television|tv|telly', 'projector|beamer', 'monitor|computer screen|display'],
      ['headphones|headset|cans', 'earbuds|earphones|in ears', 'speaker|loudspeaker|boombox'],
      ['mobile phone|smartphone|cell phone', 'tablet|slate computer', 'smartwatch|fitness tracker'],
      ['laptop|notebook computer|ultrabook', 'desktop computer|tower pc'],
      ['phone case|phone cover', 'screen protector|tempered film', 'charger|power adapter'],
      ['memory card|sd card', 'usb stick|flash drive|thumb drive', 'hard drive|external disk|ssd'],
      ['router|wifi box|gateway', 'webcam|web camera', 'camcorder|video camera'],
    ],
  },
  {
    name: 'tools',
    materials: ['steel', 'iron', 'plastic', 'wood', 'brass'],
    measures: ['length', 'watt', 'pack', 'weight'],
    hasAudience: false,
    families: [
      ['drill|power drill|drill driver', 'impact driver|impact wrench', 'screwdriver|turnscrew'],
      ['spanner|wrench', 'pliers|pincers', 'hex key|allen key'],
      ['sander|sanding machine', 'circular saw|skill saw', 'jigsaw|sabre saw', 'hand saw|tenon'],
      ['torch|flashlight', 'head torch|headlamp', 'work light|site light|floodlight'],
      ['tap|faucet|spigot', 'shower head|rose', 'ball valve|stopcock'],
      ['wall plug|rawlplug|anchor', 'bolt|machine screw', 'nails|brads'],
      ['ladder|stepladder', 'scaffold|work platform', 'sawhorse|trestle'],
      ['tape measure|measuring tape', 'spirit level|bubble level'],
    ],
  },
  {
    name: 'garden',
    materials: ['wood', 'metal', 'plastic', 'rattan', 'ceramic', 'rubber'],
    measures: ['length', 'volume', 'weight'],
    hasAudience: false,
    families: [
      [
        'lawn mower|grass cutter',
        'strimmer|string trimmer|weed whacker',
        'hedge trimmer|hedge cutter',
      ],
      ['secateurs|pruners|pruning shears', 'loppers|branch cutter', 'spade|shovel|digger'],
      ['garden hose|hosepipe', 'sprinkler|irrigator', 'watering can|water jug'],
      ['barbecue|bbq|grill', 'fire pit|chiminea', 'patio heater|mushroom heater'],
      ['flower pot|planter|jardiniere', 'window box|trough', 'trellis|lattice'],
      ['shed|summer house|outbuilding', 'greenhouse|glasshouse', 'gazebo|pergola|canopy'],
      ['compost|potting soil', 'mulch|bark chips', 'fertiliser|plant food'],
    ],
  },
  {
    name: 'lighting',
    materials: ['metal', 'glass', 'brass', 'rattan', 'ceramic', 'linen'],
    measures: ['watt', 'length'],
    hasAudience: false,
    families: [
      ['chandelier|ceiling light', 'pendant|hanging lamp', 'spotlight|downlight|recessed light'],
      ['floor lamp|standard lamp|torchiere', 'table lamp|desk lamp|reading light'],
      ['wall light|sconce', 'night light|glow lamp', 'fairy lights|string lights|garland'],
      ['light bulb|lamp globe|led bulb', 'lampshade|light cover'],
    ],
  },
  {
    name: 'bath',
    materials: ['cotton', 'ceramic', 'steel', 'plastic', 'bamboo', 'glass'],
    measures: ['length', 'pack', 'volume'],
    hasAudience: false,
    families: [
      ['towel|bath sheet', 'face cloth|flannel|washcloth', 'bath mat|bath rug'],
      ['toilet|lavatory|wc', 'bidet|washlet', 'basin|sink|washbowl'],
      ['mirror|looking glass', 'medicine cabinet|bathroom cupboard'],
      ['bin|trash can|waste basket', 'laundry basket|hamper', 'soap dispenser|soap pump'],
    ],
  },
  {
    name: 'toys',
    materials: ['wood', 'plastic', 'plush', 'silicone'],
    measures: ['pack', 'length'],
    hasAudience: true,
    families: [
      ['teddy bear|soft toy|stuffed animal', 'doll|dolly|figurine', 'puppet|marionette'],
      [
        'building blocks|bricks|construction set',
        'jigsaw puzzle|picture puzzle',
        'board game|tabletop',
      ],
      ['toy car|model car|racer', 'train set|railway', 'drone|quadcopter'],
      ['crayons|wax pastels', 'play dough|modelling clay|putty', 'paint set|watercolours'],
      ['scooter|kick board', 'tricycle|trike', 'balance bike|push bike'],
    ],
  },
  {
    name: 'sports',
    materials: ['rubber', 'steel', 'nylon', 'leather', 'mesh', 'aluminium'],
    measures: ['weight', 'length', 'apparel'],
    hasAudience: true,
    families: [
      ['dumbbell|hand weight|free weight', 'kettlebell|girya', 'barbell|weight bar'],
      [
        'treadmill|running machine',
        'exercise bike|spin bike|stationary cycle',
        'rower|rowing machine',
      ],
      ['bicycle|bike|cycle', 'electric bike|ebike|pedelec'],
      ['football|soccer ball', 'basketball|hoops ball', 'rugby ball|gridiron'],
      ['tent|bivouac|shelter', 'sleeping bag|mummy bag', 'camping mat|roll mat|sleeping pad'],
      ['yoga mat|exercise mat', 'foam roller|massage roll', 'resistance band|stretch loop'],
      ['fishing rod|angling pole', 'reel|spinning winder', 'lure|bait|wobbler'],
    ],
  },
  {
    name: 'baby',
    materials: ['cotton', 'plastic', 'silicone', 'wood', 'bamboo', 'fleece'],
    measures: ['pack', 'volume', 'apparel'],
    hasAudience: false,
    families: [
      ['nappies|diapers', 'wipes|wet tissues'],
      ['pram|stroller|pushchair|buggy', 'baby carrier|sling|wrap'],
      ['cot|crib|cradle', 'playpen|play yard', 'highchair|feeding chair'],
      ['dummy|pacifier|soother', 'teether|chew ring', 'rattle|shaker'],
      ['bib|feeding apron', 'romper|onesie|babygrow', 'swaddle|muslin'],
    ],
  },
  {
    name: 'pets',
    materials: ['nylon', 'leather', 'cotton', 'steel', 'plush', 'rubber', 'plastic'],
    measures: ['weight', 'length', 'pack'],
    hasAudience: false,
    families: [
      ['dog lead|leash', 'dog collar|neckband', 'harness|body strap'],
      ['kibble|dry dog food', 'dog treats|chews|biscuits', 'cat food|cat pouches'],
      ['dog bed|pet sofa', 'kennel|dog house|crate', 'cat tree|scratching post'],
      ['aquarium|fish tank', 'bird cage|aviary', 'rabbit hutch|bunny house'],
      ['cat litter|kitty sand', 'litter tray|litter box'],
    ],
  },
  {
    name: 'office',
    materials: ['steel', 'plastic', 'wood', 'mesh', 'leather', 'glass'],
    measures: ['pack', 'length'],
    hasAudience: false,
    families: [
      [
        'office chair|swivel chair|task chair',
        'desk|writing table|workstation',
        'standing desk|sit stand',
      ],
      ['biro|ballpoint|pen', 'pencil|graphite', 'highlighter|marker|felt tip'],
      ['notebook|jotter|notepad', 'diary|planner|organiser', 'folder|binder|ring file'],
      ['sellotape|sticky tape|scotch', 'glue|adhesive|paste', 'stapler|paper fastener'],
      ['printer|inkjet', 'scanner|digitiser', 'shredder|paper destroyer'],
      ['filing cabinet|file drawer', 'whiteboard|dry erase board', 'pinboard|cork board'],
    ],
  },
  {
    name: 'beauty',
    materials: ['bamboo', 'silicone', 'plastic', 'cotton', 'ceramic'],
    measures: ['volume', 'pack', 'watt'],
    hasAudience: true,
    families: [
      ['shampoo|hair wash|hair cleanser', 'conditioner|hair balm', 'hair mask|hair treatment'],
      ['moisturiser|face cream|day cream', 'serum|ampoule', 'sunscreen|sun cream|sunblock'],
      ['perfume|fragrance|eau de toilette', 'deodorant|antiperspirant', 'body spray|mist'],
      ['hair dryer|blow dryer', 'straightener|flat iron', 'curling iron|curling tongs|wand'],
      ['razor|shaver', 'clippers|hair trimmer', 'epilator|hair remover'],
      ['lipstick|lip colour|rouge', 'nail varnish|nail polish', 'mascara|lash tint'],
    ],
  },
  {
    name: 'car',
    materials: ['rubber', 'steel', 'plastic', 'leather', 'polyester', 'aluminium'],
    measures: ['pack', 'length', 'volume', 'watt'],
    hasAudience: false,
    families: [
      ['tyre|tire', 'wheel rim|alloy', 'hubcap|wheel trim'],
      ['number plate|licence plate', 'windscreen wiper|wiper blade', 'headlight|car lamp'],
      ['motor oil|engine oil|lubricant', 'antifreeze|coolant', 'screenwash|washer fluid'],
      ['car seat cover|seat protector', 'floor mats|car carpet', 'boot liner|trunk tray'],
      ['jump leads|booster cables', 'car battery|accumulator', 'tyre pump|inflator|compressor'],
      ['sat nav|gps', 'dash cam|dashboard camera', 'roof box|cargo carrier'],
    ],
  },
];

/** Colours; different words for one colour. */
export const COLOURS: readonly string[] = [
  'black|jet|ebony|onyx',
  'white|ivory|snow|alabaster',
  'grey|gray|charcoal|slate',
  'red|crimson|scarlet|ruby',
  'navy|dark blue|midnight',
  'blue|azure|cobalt|sapphire',
  'green|emerald|olive|sage',
  'yellow|mustard|lemon|amber',
  'pink|rose|blush|fuchsia',
  'purple|violet|plum|lilac',
  'brown|chocolate|walnut|chestnut',
  'beige|cream|sand|taupe',
  'orange|tangerine|terracotta|rust',
  'turquoise|teal|aqua',
  'silver|chrome|nickel',
  'gold|golden|champagne',
];

/** Materials; different words for one material. */
export const MATERIALS: readonly string[] = [
  'wood|wooden|timber|oak',
  'metal|metallic|wrought',
  'steel|stainless|inox',
  'iron|cast iron',
  'aluminium|aluminum|alloy',
  'brass|bronze',
  'leather|hide|nappa',
  'suede|nubuck',
  'velvet|velour',
  'rattan|wicker|cane',
  'glass|crystal',
  'ceramic|porcelain|stoneware',
  'plastic|polymer|abs',
  'silicone|silicon gel',
  'rubber|latex',
  'cotton|jersey|percale',
  'linen|flax',
  'wool|woollen|merino|cashmere',
  'silk|satin',
  'polyester|microfibre|microfiber',
  'nylon|polyamide|ripstop',
  'canvas|duck cloth|sailcloth',
  'denim|chambray',
  'fleece|sherpa',
  'bamboo|viscose',
  'mesh|net fabric',
  'plush|fluffy|furry',
];

/** Features that any product may have; different words for one feature. */
export const FEATURES: readonly string[] = [
  'modern|contemporary|minimalist',
  'rustic|farmhouse|country style',
  'vintage|retro|antique',
  'waterproof|water resistant|weatherproof',
  'cordless|wireless|battery operated',
  'folding|foldable|collapsible',
  'lightweight|ultralight|feather',
  'heavy duty|industrial|rugged',
  'portable|travel|compact',
  'adjustable|height adjustable|extendable',
  'organic|natural|bio',
  'quiet|silent|noiseless',
  'premium|luxury|deluxe',
  'cheap|budget|value',
  'smart|app controlled|connected',
  'rechargeable|usb powered',
  'non slip|anti slip|grippy',
  'insulated|thermal|warm',
  'breathable|airy|ventilated',
  'eco|recycled|sustainable',
];

/** Whom a product is for. */
export const AUDIENCES: readonly string[] = [
  'mens|men|gents|for him',
  'womens|women|ladies|for her',
  'kids|childrens|junior|youth',
];

/** Words that sellers put into titles and that say nothing. */
export const FILLERS: readonly string[] =
  'new 2024 best original classic pro plus series edition quality home style design set range collection everyday essential super ultra max'.split(
    ' ',
  );
