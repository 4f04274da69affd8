package ec2

import (
	"cmp"
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var addedTypes = store.NewTable("ec2-instance-type", func(t *InstanceType) string { return t.Name })

// Architectures of instance types and images.
const (
	X86 = "x86_64"
	ARM = "arm64"
)

type InstanceType struct {
	Name         string
	VCPUs        int
	MemoryMiB    int // of the machine
	Registered   int // MiB that the agent of an ECS-optimized image registers
	ENIs         int // network interfaces of all network cards, the first one included
	GPUs         int
	Architecture string
}

// CPU is how many CPU units a container instance registers.
func (t *InstanceType) CPU() int { return 1024 * t.VCPUs }

// FindInstanceType returns an instance type: one of AWS's, or one that a file has added.
func FindInstanceType(tx *store.Tx, name string) *InstanceType {
	if t := addedTypes.Get(tx, name); t != nil {
		return t
	}
	return KnownInstanceType(name)
}

// KnownInstanceType returns an instance type of AWS's, or nil.
func KnownInstanceType(name string) *InstanceType {
	if t := knownTypes()[name]; t != nil {
		return &t.InstanceType
	}
	return nil
}

// InstanceTypes returns all of them by name.
func InstanceTypes(tx *store.Tx) []*InstanceType {
	all := map[string]*InstanceType{}
	for name, t := range knownTypes() {
		all[name] = &t.InstanceType
	}
	for _, t := range addedTypes.List(tx, "") {
		all[t.Name] = t
	}
	return sorting.Sorted(maps.Values(all), func(a, b *InstanceType) int { return cmp.Compare(a.Name, b.Name) })
}

// AddInstanceType adds an instance type, or changes one, for what is launched from now on.
func AddInstanceType(tx *store.Tx, t InstanceType) { addedTypes.Put(tx, t.complete()) }

// complete fills in what follows from the rest.
func (t InstanceType) complete() *InstanceType {
	t.Registered = cmp.Or(t.Registered, t.MemoryMiB*96/100) // the emulator's own, where nothing was measured
	t.ENIs = cmp.Or(t.ENIs, 3)
	t.Architecture = cmp.Or(t.Architecture, X86)
	return &t
}
