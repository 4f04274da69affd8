package price

import "math/big"

// Cost is what a quantity costs at a price per unit, where each is so many of the quantity: of seconds 3600 are an hour. It is
// rounded to billionths of a dollar, half of one up. It may be too large for 64 bits.
func Cost(quantity, nanoUSD, each int64) *big.Int { return Part(big.NewInt(nanoUSD), quantity, each) }

// Part is an amount times a quantity, divided by another one, rounded likewise.
func Part(nanoUSD *big.Int, quantity, each int64) *big.Int {
	product := new(big.Int).Mul(big.NewInt(quantity), nanoUSD)
	product.Add(product, big.NewInt(each/2))
	return product.Div(product, big.NewInt(each))
}

// Dollars is an amount in billionths of a dollar as it is shown.
func Dollars(nanoUSD *big.Int) float64 {
	shown, _ := new(big.Rat).SetFrac(nanoUSD, big.NewInt(Nano)).Float64()
	return shown
}
