package bill

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"

// cost is what something costs, in billionths of a dollar. Zero is nothing.
type cost struct {
	nano    int64
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
		c.nano += price.Cost(quantity, nanoUSD, each)
	}
	return false
}

// with is the sum of two.
func (c cost) with(other cost) cost { return cost{c.nano + other.nano, c.unknown || other.unknown} }

// shown is nil where a price is not known.
func (c cost) shown() *float64 {
	if c.unknown {
		return nil
	}
	usd := dollars(c.nano)
	return &usd
}

// bills takes a part of the bill into the total, and shows it. Of one without a price nothing is in the total.
func (r *report) bills(c cost) *float64 {
	if !c.unknown {
		r.total += c.nano
	}
	return c.shown()
}

// Quantities of which an hour's price is asked.
const (
	hourOfSeconds = 3600
	hourOfUnits   = 1024 * hourOfSeconds // of CPU units, and of MiB
)
