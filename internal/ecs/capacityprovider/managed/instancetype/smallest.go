package instancetype

import (
	"cmp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Need is what is to run on an instance.
type Need struct {
	CPU, Memory int // CPU units and MiB
	ENIs        int // tasks with a network interface of their own
	// Architecture is what the tasks need, x86_64 or arm64; empty: any will do.
	Architecture string
}

// Add is the need of both.
func (n Need) Add(m Need) Need {
	return Need{n.CPU + m.CPU, n.Memory + m.Memory, n.ENIs + m.ENIs, cmp.Or(n.Architecture, m.Architecture)}
}

// Holds reports whether an instance of a type, on which nothing runs, has room for a need.
func Holds(t *ec2.InstanceType, n Need) bool {
	return n.CPU <= t.CPU() && n.Memory <= t.Registered && n.ENIs <= t.ENIs-1 && (n.Architecture == "" || n.Architecture == t.Architecture)
}

// Eligible are the types that meet requirements, the smallest first.
func Eligible(all []*ec2.InstanceType, r *types.InstanceRequirementsRequest) []*ec2.InstanceType {
	type sized struct {
		*ec2.InstanceType
		size int64
	}
	var found []sized
	asked := compile(r)
	for _, t := range all {
		if asked.meets(t) {
			found = append(found, sized{t, size(t)})
		}
	}
	sorting.By(found, func(a, b sized) int {
		if a.size != b.size {
			return cmp.Compare(a.size, b.size)
		}
		return strings.Compare(a.Name, b.Name)
	})
	eligible := make([]*ec2.InstanceType, len(found))
	for i := range found {
		eligible[i] = found[i].InstanceType
	}
	return eligible
}

// size orders types: by vCPUs, then by memory, and a previous generation comes after the current one.
func size(t *ec2.InstanceType) int64 {
	key := int64(t.VCPUs)<<40 | int64(t.MemoryMiB)<<1
	if t.Previous() {
		key++
	}
	return key
}

// Smallest is the first of eligible types that holds a need and is suited, or nil. Nil suits are all.
func Smallest(eligible []*ec2.InstanceType, n Need, suits func(t *ec2.InstanceType) bool) *ec2.InstanceType {
	for _, t := range eligible {
		if Holds(t, n) && (suits == nil || suits(t)) {
			return t
		}
	}
	return nil
}
