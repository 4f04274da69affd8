package bill

import (
	"math/big"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// cost is what something costs, exactly, in billionths of a dollar. The zero value is nothing.
type cost struct {
	exact   big.Rat
	unknown bool // a part of it has no price
}

// add adds what a quantity costs at a price for each so many of it. A quantity of zero needs no price.
func (c *cost) add(quantity, nanoUSD int64, found bool, each int64) (missing bool) {
	switch {
	case quantity == 0:
	case !found:
		c.unknown = true
		return true
	default:
		part := new(big.Rat).SetInt64(nanoUSD)
		part.Mul(part, big.NewRat(quantity, each))
		c.exact.Add(&c.exact, part)
	}
	return false
}

// addShown adds another cost as it is shown: nothing of one that is not known.
func (c *cost) addShown(other *cost) {
	c.unknown = c.unknown || other.unknown
	if !other.unknown {
		c.exact.Add(&c.exact, new(big.Rat).SetInt(other.nano()))
	}
}

// nano is the cost rounded to billionths of a dollar, half of one up.
func (c *cost) nano() *big.Int {
	half := new(big.Rat).Add(&c.exact, big.NewRat(1, 2))
	return new(big.Int).Div(half.Num(), half.Denom())
}

// shown is nil where a price is not known.
func (c *cost) shown() *float64 {
	if c.unknown {
		return nil
	}
	usd := price.Dollars(c.nano())
	return &usd
}

// bills takes a part of the bill into the total, and shows it. Of one without a price nothing is in the total.
func (r *report) bills(c *cost) *float64 {
	if !c.unknown {
		r.total.Add(&r.total, c.nano())
	}
	return c.shown()
}

// billsByRegion takes what quantities of several regions cost into the total, and shows that: without regions that have no
// price, or nil if none has.
func (r *report) billsByRegion(what string, quantities map[string]int64, hour func(region string) (nanoUSD int64, found bool), each int64) *float64 {
	all, priced := &cost{}, len(quantities) == 0
	for _, region := range regionsOf(quantities) {
		one := &cost{}
		nanoUSD, found := hour(region)
		if one.add(quantities[region], nanoUSD, found, each) {
			r.unpriced(what, region)
			continue
		}
		priced = true
		all.addShown(one)
	}
	all.unknown = !priced
	return r.bills(all)
}

// Quantities of which an hour's price is asked.
const (
	hourOfSeconds = 3600
	hourOfUnits   = 1024 * hourOfSeconds // of CPU units, and of MiB
)
