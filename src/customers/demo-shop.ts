/** The made-up shop behind the demo data: a group of food-market stalls and neighbourhood shops in and around Barcelona. */

export interface Store {
  name: string;
  isMarket: boolean;
  /** What it sells, of the categories below. */
  sells: readonly Category[];
  /** How often it is chosen, against the others. */
  share: number;
}

export type Category =
  | 'bakery'
  | 'cheese'
  | 'deli'
  | 'drinks'
  | 'eggs'
  | 'fish'
  | 'fruit'
  | 'household'
  | 'meat'
  | 'olives'
  | 'pantry'
  | 'vegetables'
  | 'wine';

export interface Product {
  sku: string;
  name: string;
  category: Category;
  /** Price of one piece or bag, in cents of a euro. */
  cents: number;
  /** Months in which it is sold, 0 for January; all the year where not given. */
  months?: readonly number[];
}

const grocery: readonly Category[] = [
  'pantry',
  'household',
  'drinks',
  'fruit',
  'vegetables',
  'eggs',
  'bakery',
  'cheese',
  'deli',
];

/** Open on Sundays, when the markets are closed. */
export const supermarket: Store = { name: 'Supermercat del Barri - Gràcia', isMarket: false, sells: grocery, share: 16 };

export const onlineShop: Store = {
  name: 'Botiga en línia',
  isMarket: false,
  sells: [...grocery, 'wine', 'meat', 'fish'],
  share: 9,
};

export const stores: readonly Store[] = [
  { name: 'Fruites Rosa - Mercat de Sant Antoni', isMarket: true, sells: ['fruit', 'vegetables'], share: 9 },
  { name: 'Verdures Can Pagès - Mercat de la Boqueria', isMarket: true, sells: ['vegetables', 'fruit', 'eggs'], share: 8 },
  { name: 'Peixateria Montse - Mercat de Sant Antoni', isMarket: true, sells: ['fish'], share: 7 },
  { name: 'Carnisseria Vidal - Mercat del Ninot', isMarket: true, sells: ['meat', 'deli', 'eggs'], share: 7 },
  { name: 'Formatgeria La Vall - Mercat de la Llibertat', isMarket: true, sells: ['cheese', 'deli'], share: 5 },
  { name: 'Olives i Conserves Mercè - Mercat de Santa Caterina', isMarket: true, sells: ['olives', 'pantry'], share: 4 },
  { name: 'Forn Sant Jordi - Mercat de Galvany', isMarket: true, sells: ['bakery'], share: 6 },
  { name: 'Pollastres Quim - Mercat de la Concepció', isMarket: true, sells: ['meat', 'eggs'], share: 5 },
  { name: 'Supermercat del Barri - Sants', isMarket: false, sells: grocery, share: 12 },
  { name: 'Colmado Hermanos Ruiz', isMarket: false, sells: ['pantry', 'drinks', 'deli', 'eggs', 'household'], share: 6 },
  { name: 'Bodega La Vinya', isMarket: false, sells: ['wine', 'drinks', 'olives'], share: 4 },
  { name: 'Pastisseria Pons', isMarket: false, sells: ['bakery'], share: 4 },
  supermarket,
  onlineShop,
];

const product = (sku: string, name: string, category: Category, cents: number, months?: number[]): Product =>
  months ? { sku, name, category, cents, months } : { sku, name, category, cents };

export const products: readonly Product[] = [
  product('FRU-01', 'Pomes Golden 1 kg', 'fruit', 219),
  product('FRU-02', 'Plàtans de Canàries 1 kg', 'fruit', 249),
  product('FRU-03', 'Maduixes del Maresme 500 g', 'fruit', 345, [1, 2, 3, 4, 5]),
  product('FRU-04', 'Préssecs d’Ordal 1 kg', 'fruit', 379, [5, 6, 7, 8]),
  product('FRU-05', 'Síndria sense llavors', 'fruit', 459, [5, 6, 7, 8]),
  product('FRU-06', 'Mandarines 2 kg', 'fruit', 398, [9, 10, 11, 0, 1]),
  product('FRU-07', 'Raïm moscatell 1 kg', 'fruit', 329, [7, 8, 9, 10]),
  product('VEG-01', 'Tomàquets de penjar 1 kg', 'vegetables', 389),
  product('VEG-02', 'Patates 3 kg', 'vegetables', 359),
  product('VEG-03', 'Cebes de Figueres 1 kg', 'vegetables', 215),
  product('VEG-04', 'Calçots, manat de 25', 'vegetables', 750, [0, 1, 2, 3, 11]),
  product('VEG-05', 'Bolets 500 g', 'vegetables', 995, [8, 9, 10]),
  product('VEG-06', 'Enciam romana', 'vegetables', 129),
  product('VEG-07', 'Escalivada 400 g', 'vegetables', 485),
  product('FIS-01', 'Lluç de palangre 500 g', 'fish', 1145),
  product('FIS-02', 'Sardines 1 kg', 'fish', 690),
  product('FIS-03', 'Musclos de roca 1 kg', 'fish', 495),
  product('FIS-04', 'Gambes de Palamós 300 g', 'fish', 1890),
  product('FIS-05', 'Bacallà dessalat 400 g', 'fish', 1020),
  product('MEA-01', 'Pit de pollastre de pagès 600 g', 'meat', 745),
  product('MEA-02', 'Vedella per fricandó 500 g', 'meat', 930),
  product('MEA-03', 'Botifarra crua 400 g', 'meat', 425),
  product('MEA-04', 'Costelles de xai 500 g', 'meat', 985),
  product('MEA-05', 'Pilota de Nadal 500 g', 'meat', 560, [11]),
  product('EGG-01', 'Ous ecològics, mitja dotzena', 'eggs', 245),
  product('EGG-02', 'Ous de pagès, dotzena', 'eggs', 345),
  product('CHE-01', 'Formatge de cabra Garrotxa 250 g', 'cheese', 610),
  product('CHE-02', 'Queso manchego curado 300 g', 'cheese', 745),
  product('CHE-03', 'Mató 250 g', 'cheese', 295),
  product('DEL-01', 'Fuet de Vic', 'deli', 389),
  product('DEL-02', 'Jamón ibérico 100 g', 'deli', 895),
  product('DEL-03', 'Croquetes casolanes, 8', 'deli', 560),
  product('DEL-04', 'Canelons de Sant Esteve, 12', 'deli', 1450, [11]),
  product('BAK-01', 'Pa de pagès 800 g', 'bakery', 310),
  product('BAK-02', 'Croissants de mantega, 4', 'bakery', 480),
  product('BAK-03', 'Coca de Sant Joan', 'bakery', 1850, [5]),
  product('BAK-04', 'Panellets 500 g', 'bakery', 1790, [9, 10]),
  product('BAK-05', 'Tortell de Reis', 'bakery', 2250, [0]),
  product('BAK-06', 'Torró de Xixona 300 g', 'bakery', 1190, [10, 11]),
  product('OLI-01', 'Olives arbequines 400 g', 'olives', 365),
  product('OLI-02', 'Anxoves de l’Escala', 'olives', 790),
  product('PAN-01', 'Oli d’oliva verge extra 1 l', 'pantry', 995),
  product('PAN-02', 'Arròs bomba 1 kg', 'pantry', 420),
  product('PAN-03', 'Mongetes del ganxet 500 g', 'pantry', 690),
  product('PAN-04', 'Café molido 250 g', 'pantry', 395),
  product('PAN-05', 'Begudes de civada 1 l', 'pantry', 175),
  product('DRI-01', 'Aigua mineral 6 x 1,5 l', 'drinks', 289),
  product('DRI-02', 'Vermut de Reus 1 l', 'drinks', 890),
  product('DRI-03', 'Orxata 1 l', 'drinks', 325, [4, 5, 6, 7, 8]),
  product('WIN-01', 'Vi negre Priorat', 'wine', 1590),
  product('WIN-02', 'Vi blanc Penedès', 'wine', 745),
  product('WIN-03', 'Cava brut nature', 'wine', 990),
  product('HOU-01', 'Detergente 40 lavados', 'household', 849),
  product('HOU-02', 'Paper de cuina, 3 rotlles', 'household', 335),
];

/** How busy each day of the week is, Sunday first, and each month, January first; 1 is an ordinary day. */
export const weekdayRush: readonly number[] = [0.25, 0.75, 0.95, 0.95, 1, 1.35, 1.75];
export const monthRush: readonly number[] = [0.95, 0.92, 0.97, 1, 1, 1.02, 0.95, 0.7, 1, 1.02, 1.05, 1.35];

/** Share of the customers, and how a customer of the kind buys; times are days before today, and some were customers long ago. */
export interface CustomerKind {
  kind: 'loyal' | 'occasional' | 'lapsed' | 'new' | 'never';
  share: number;
  /** Number of purchases: the median, and the sigma of its logarithm. */
  purchases: { median: number; sigma: number };
  joined: readonly [earliest: number, latest: number];
  lastSeen: readonly [earliest: number, latest: number];
}

export const customerKinds: readonly CustomerKind[] = [
  { kind: 'loyal', share: 18, purchases: { median: 28, sigma: 0.6 }, joined: [1400, 200], lastSeen: [0, 0] },
  { kind: 'occasional', share: 40, purchases: { median: 4, sigma: 0.6 }, joined: [1400, 90], lastSeen: [60, 0] },
  { kind: 'lapsed', share: 20, purchases: { median: 7, sigma: 0.7 }, joined: [1400, 600], lastSeen: [590, 120] },
  { kind: 'new', share: 14, purchases: { median: 1.6, sigma: 0.5 }, joined: [45, 2], lastSeen: [0, 0] },
  { kind: 'never', share: 8, purchases: { median: 0, sigma: 0 }, joined: [1400, 1], lastSeen: [0, 0] },
];

export const languages = [
  {
    language: 'ca',
    share: 50,
    names: ['Núria', 'Jordi', 'Montserrat', 'Marc', 'Laia', 'Pau', 'Mireia', 'Oriol', 'Carme', 'Ferran', 'Gemma', 'Arnau'],
  },
  {
    language: 'es',
    share: 38,
    names: ['Carmen', 'Antonio', 'Lucía', 'Javier', 'Pilar', 'Manuel', 'Sara', 'Diego', 'Rosario', 'Álvaro', 'Inés', 'Raúl'],
  },
  { language: 'en', share: 12, names: ['Emma', 'James', 'Olivia', 'Liam', 'Chloe', 'Daniel', 'Grace', 'Thomas'] },
] as const;

export const surnames: readonly string[] = [
  ...['Puig', 'Serra', 'Vila', 'Ferrer', 'Soler', 'Roca', 'Pons', 'Casals', 'García', 'Martínez', 'López', 'Sánchez'],
  ...[
    'Fernández',
    'Romero',
    'Navarro',
    'Ortega',
    'Smith',
    'Walker',
    'Murphy',
    'Rossi',
    'Silva',
    'Moreau',
    'Haddad',
    'Popescu',
  ],
];

export const diets = [
  { diet: 'omnivore', share: 68 },
  { diet: 'vegetarian', share: 14 },
  { diet: 'flexitarian', share: 8 },
  { diet: 'vegan', share: 6 },
  { diet: 'gluten_free', share: 4 },
] as const;
