package placement

import "math/rand/v2"

// Chance returns a number from 0 up to n, without n. A transaction must not read chance,
// so its caller brings it.
type Chance func(n int) int

// NewChance is the chance that follows from a seed.
func NewChance(seed uint64) Chance { return rand.New(rand.NewPCG(seed, 0)).IntN }
