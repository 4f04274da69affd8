package quota

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// VCPULimit is why a task has no place on Fargate where the account's quota of vCPUs is used up.
// Source: ECS developer guide, service event messages; API failure reasons.
const VCPULimit = "You've reached the limit on the number of vCPUs you can run concurrently"

// Answer is what an Allowance says of a task.
type Answer int

const (
	Granted Answer = iota
	NoVCPUs        // the quota is used up
	TooFast        // the rate of launches is, for now
)

// Allowance is what is left of Fargate to an account in a region. Nil is no bound.
type Allowance struct {
	cpu      map[string]int // CPU units by capacity provider, of those that have a quota
	launches map[string]int // tasks by capacity provider; nil: they have no rate
}

// LimitFargate reports whether there is a quota of vCPUs.
func (q Quotas) LimitFargate() bool {
	_, onDemand := q.Of(FargateVCPUs)
	_, spot := q.Of(FargateSpotVCPUs)
	return onDemand || spot
}

// Allowance is what quotas leave now. It looks at counts, never at tasks.
func (q Quotas) Allowance(tx *store.Tx, scope arn.Scope) *Allowance {
	if !q.LimitFargate() {
		return nil
	}
	a := &Allowance{cpu: map[string]int{}}
	onDemand, limitsOnDemand := q.Of(FargateVCPUs)
	spot, limitsSpot := q.Of(FargateSpotVCPUs)
	used := state.CPUOnFargate(tx, scope)
	if limitsOnDemand {
		a.cpu[fargate] = onDemand*cpuUnits - used.OnDemand
	}
	if limitsSpot {
		a.cpu[fargateSpot] = spot*cpuUnits - used.Spot
	}
	return a
}

const (
	cpuUnits    = 1024 // of a vCPU
	fargate     = "FARGATE"
	fargateSpot = "FARGATE_SPOT"
)

// providerOf is whose quotas a task counts to: without a capacity provider, those of FARGATE.
func providerOf(name string) string {
	if name == fargateSpot {
		return fargateSpot
	}
	return fargate
}

// Take takes what a task of so many CPU units needs, or nothing.
func (a *Allowance) Take(provider string, cpu int) Answer {
	if a == nil {
		return Granted
	}
	provider = providerOf(provider)
	left, limited := a.cpu[provider]
	if limited && cpu > left {
		return NoVCPUs
	}
	if a.launches != nil {
		if a.launches[provider] == 0 {
			return TooFast
		}
		a.launches[provider]--
	}
	if limited {
		a.cpu[provider] = left - cpu
	}
	return Granted
}
