import { productOf } from './products';

it('knows the name, the quantity and the price', () => {
  expect(productOf({ sku: 'VEG-02', name: 'Patates 3 kg', quantity: 2, unit_price: '3.59' })).toEqual({
    name: 'Patates 3 kg',
    quantity: 2,
    price: 3.59,
  });
});

it('takes the article for the name where there is none', () => {
  expect(productOf({ sku: 'VEG-02' })).toEqual({ name: 'VEG-02', quantity: undefined, price: undefined });
});

it('shows what it does not know as it is', () => {
  expect(productOf('bread').name).toBe('bread');
  expect(productOf({ ean: 1 }).name).toBe('{"ean":1}');
  expect(productOf(null).name).toBe('null');
});

it('makes no number of what is none', () => {
  expect(productOf({ name: 'x', quantity: '', price: 'free' })).toEqual({
    name: 'x',
    quantity: undefined,
    price: undefined,
  });
});
