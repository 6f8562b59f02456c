/** In the place of sharp, which transformers.js needs for images only. */
export default function sharp(): never {
  throw new Error('The package has no image library');
}
