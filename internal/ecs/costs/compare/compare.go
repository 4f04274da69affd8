// Package compare prices tasks as if they had run elsewhere: all on Fargate, all on Fargate Spot, all on instances of one type.
// It decides from sums by period of the clock and touches nothing.
package compare

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/demand"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// DefaultInstanceType is the type that tasks are compared on where no instance has run.
const DefaultInstanceType = "m5.large"

// Result is a comparison, with what has no price and what else users should know of it.
type Result struct {
	Compare  costs.Compare
	Unpriced []costs.Unpriced
	Warnings []string
}

// Of compares what the tasks of some periods asked for.
func Of(periods []demand.Period, on *ec2.InstanceType, prices price.Lookup) (r Result) {
	byPlace := placed(periods)
	r.Compare.Fargate = r.fargate(byPlace, "FARGATE", prices)
	r.Compare.FargateSpot = r.fargate(byPlace, "FARGATE_SPOT", prices)
	r.Compare.EC2 = r.instances(periods, on, prices)
	return r
}

// unpriced notes that a price is not known, once.
func (r *Result) unpriced(what, region string) {
	if missing := (costs.Unpriced{What: what, Region: region}); !slices.Contains(r.Unpriced, missing) {
		r.Unpriced = append(r.Unpriced, missing)
	}
}

func (r *Result) warn(form string, args ...any) {
	if text := fmt.Sprintf(form, args...); !slices.Contains(r.Warnings, text) {
		r.Warnings = append(r.Warnings, text)
	}
}

// dollars is a sum of billionths of a dollar, or nil if a part of it has no price.
func dollars(nanoUSD *big.Int, priced bool) *float64 {
	if !priced {
		return nil
	}
	sum := price.Dollars(nanoUSD)
	return &sum
}
