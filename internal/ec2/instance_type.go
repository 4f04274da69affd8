package ec2

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

var addedTypes = store.NewTable("ec2-instance-type", func(t *InstanceType) string { return t.Name })

// Architectures of instance types and images.
const (
	X86 = "x86_64"
	ARM = "arm64"
)

// InstanceType is what a machine has.
type InstanceType struct {
	Name         string
	VCPUs        int
	MemoryMiB    int // of the machine
	Registered   int // MiB that the agent of an ECS-optimized image registers
	ENIs         int // network interfaces, the first one included
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
	return knownTypes()[name]
}

// InstanceTypes returns all of them by name.
func InstanceTypes(tx *store.Tx) []*InstanceType {
	all := maps.Clone(knownTypes())
	for _, t := range addedTypes.List(tx, "") {
		all[t.Name] = t
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *InstanceType) int { return cmp.Compare(a.Name, b.Name) })
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

const gib = 1024

// size is how much bigger an instance is than another one of its family.
type size struct {
	name        string
	vcpus, enis int
}

// sizes of the families without a name of their own for credits and GPUs.
// Source: EC2 user guide, network interfaces of each instance type.
var sizes = []size{
	{"large", 2, 3}, {"xlarge", 4, 4}, {"2xlarge", 8, 4}, {"4xlarge", 16, 8}, {"8xlarge", 32, 8}, {"12xlarge", 48, 8}, {"16xlarge", 64, 15},
}

// gibPerCPU says how much memory families have for each vCPU.
var gibPerCPU = map[byte]int{'c': 2, 'm': 4, 'r': 8}

// single are types of which there is no rule. Source: EC2 user guide, instance types.
var single = []InstanceType{
	{Name: "t2.nano", VCPUs: 1, MemoryMiB: gib / 2, ENIs: 2},
	{Name: "t2.micro", VCPUs: 1, MemoryMiB: gib, ENIs: 2},
	{Name: "t2.small", VCPUs: 1, MemoryMiB: 2 * gib, ENIs: 3},
	{Name: "t2.medium", VCPUs: 2, MemoryMiB: 4 * gib, ENIs: 3},
	{Name: "t2.large", VCPUs: 2, MemoryMiB: 8 * gib, ENIs: 3},
	{Name: "t2.xlarge", VCPUs: 4, MemoryMiB: 16 * gib, ENIs: 3},
	{Name: "t2.2xlarge", VCPUs: 8, MemoryMiB: 32 * gib, ENIs: 3},
	{Name: "g4dn.xlarge", VCPUs: 4, MemoryMiB: 16 * gib, ENIs: 3, GPUs: 1},
	{Name: "g4dn.2xlarge", VCPUs: 8, MemoryMiB: 32 * gib, ENIs: 3, GPUs: 1},
	{Name: "g4dn.12xlarge", VCPUs: 48, MemoryMiB: 192 * gib, ENIs: 8, GPUs: 4},
	{Name: "g5.xlarge", VCPUs: 4, MemoryMiB: 16 * gib, ENIs: 4, GPUs: 1},
	{Name: "g5.2xlarge", VCPUs: 8, MemoryMiB: 32 * gib, ENIs: 4, GPUs: 1},
	{Name: "g5.12xlarge", VCPUs: 48, MemoryMiB: 192 * gib, ENIs: 15, GPUs: 4},
	{Name: "p3.2xlarge", VCPUs: 8, MemoryMiB: 61 * gib, ENIs: 4, GPUs: 1},
	{Name: "p3.8xlarge", VCPUs: 32, MemoryMiB: 244 * gib, ENIs: 8, GPUs: 4},
}

// burstable are the sizes of t3, t3a and t4g.
var burstable = []struct {
	size
	memoryMiB int
}{
	{size{"nano", 2, 2}, gib / 2}, {size{"micro", 2, 2}, gib}, {size{"small", 2, 3}, 2 * gib}, {size{"medium", 2, 3}, 4 * gib},
	{size{"large", 2, 3}, 8 * gib}, {size{"xlarge", 4, 4}, 16 * gib}, {size{"2xlarge", 8, 4}, 32 * gib},
}

// measured is the MEMORY that instances were seen to register with the ECS-optimized
// Amazon Linux 2 image, to 1 %. Source: field reports.
var measured = map[string]int{
	"t2.micro": 983, "t2.small": 1993, "t2.medium": 3951, "t3.nano": 448, "t3.micro": 954, "t3.small": 1939, "t3.medium": 3885,
	"t3.large": 7858, "t3.xlarge": 15830, "t3.2xlarge": 31772, "m5.large": 7764, "m5.xlarge": 15708, "m5.2xlarge": 31563,
	"m5.4xlarge": 63300, "m6i.large": 7680, "m6g.large": 7680, "c5.large": 3704, "c5.xlarge": 7610, "c5.2xlarge": 15434,
	"c6g.large": 3700, "r5.large": 15640, "r5.xlarge": 31500, "t4g.small": 1850, "t4g.medium": 3800, "g4dn.xlarge": 15500,
	"p3.2xlarge": 60900,
}

// knownTypes are AWS's, as far as ECS users were seen to use them.
var knownTypes = sync.OnceValue(func() map[string]*InstanceType {
	known := map[string]*InstanceType{}
	add := func(t InstanceType) {
		t.Registered = measured[t.Name]
		known[t.Name] = t.complete()
	}
	for _, t := range single {
		add(t)
	}
	for _, family := range []string{"t3", "t3a", "t4g"} {
		for _, s := range burstable {
			t := InstanceType{Name: family + "." + s.name, VCPUs: s.vcpus, MemoryMiB: s.memoryMiB, ENIs: s.enis, Architecture: architecture(family)}
			if t.Name == "t3a.small" {
				t.ENIs = 2
			}
			add(t)
		}
	}
	for _, kind := range []string{"m", "c", "r"} {
		for _, generation := range []string{"5", "5a", "6i", "6a", "6g", "7i", "7a", "7g", "8g"} {
			family := kind + generation
			for _, s := range sizes {
				add(InstanceType{
					Name: family + "." + s.name, VCPUs: s.vcpus, MemoryMiB: s.vcpus * gibPerCPU[kind[0]] * gib, ENIs: s.enis,
					Architecture: architecture(family),
				})
			}
		}
	}
	return known
})

// architecture of a family: those with a g at the end are Graviton's.
func architecture(family string) string {
	if strings.HasSuffix(family, "g") {
		return ARM
	}
	return X86
}
