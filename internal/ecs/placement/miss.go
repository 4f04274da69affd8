package placement

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// verdict is the first filter that a container instance does not pass, in the order in
// which they are applied; AWS does not publish its own.
type verdict uint8

const (
	skipped verdict = iota // not ACTIVE, or of another launch type: not looked at
	noAgent
	noAttribute
	noLocation
	noCPU
	noMemory
	noPort
	noENI
	noGPU
	noMember
	notDistinct
	fits
)

// Reasons of failures. Source: ECS developer guide, API failure reasons; field reports
// for those of constraints.
const (
	Missing  = "MISSING"
	Inactive = "INACTIVE"

	Agent              = "AGENT"
	Attribute          = "ATTRIBUTE"
	Location           = "LOCATION"
	ResourceCPU        = "RESOURCE:CPU"
	ResourceMemory     = "RESOURCE:MEMORY"
	ResourcePorts      = "RESOURCE:PORTS"
	ResourceENI        = "RESOURCE:ENI"
	ResourceGPU        = "RESOURCE:GPU"
	MemberOf           = "MemberOf placement constraint unsatisfied."
	DistinctInstance   = "DistinctInstance placement constraint unsatisfied."
	otherKindOfMachine = Attribute // StartTask names an instance of another launch type
)

// reasons in the order of verdicts.
var reasons = [...]string{
	otherKindOfMachine, Agent, Attribute, Location, ResourceCPU, ResourceMemory, ResourcePorts, ResourceENI, ResourceGPU,
	MemberOf, DistinctInstance,
}

func (v verdict) reason() string { return reasons[v] }

// Miss is why a task has no place on a container instance.
type Miss struct {
	Instance *state.ContainerInstance
	Reason   string
}

// Taken reports whether the instance lacks what tasks have, and may give back.
func (m Miss) Taken() bool {
	return slices.Contains([]string{ResourceCPU, ResourceMemory, ResourcePorts, ResourceENI, ResourceGPU, DistinctInstance}, m.Reason)
}

// Closest is the miss of which a service's event speaks: that of the container instance
// that passed most filters. It is false without misses.
func Closest(misses []Miss) (closest Miss, found bool) {
	best := -1
	for _, m := range misses {
		if passed := slices.Index(reasons[noAgent:], m.Reason); passed > best {
			best, closest = passed, m
		}
	}
	return closest, len(misses) > 0
}
