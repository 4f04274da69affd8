package price

import "math/big"

// Cost is what a quantity costs at a price per unit, where each is so many of the quantity: of seconds 3600 are an hour. It is
// rounded to billionths of a dollar, half of one up.
func Cost(quantity, nanoUSD, each int64) (cost int64) {
	product := new(big.Int).Mul(big.NewInt(quantity), big.NewInt(nanoUSD))
	product.Add(product, big.NewInt(each/2))
	return product.Div(product, big.NewInt(each)).Int64()
}
