package ec2

import "strings"

// Xen reports whether a type runs on the Xen hypervisor, not on Nitro.
// Source: EC2 user guide, hypervisor type of each instance type.
func (t *InstanceType) Xen() bool {
	return strings.HasPrefix(t.Name, "t2.") || strings.HasPrefix(t.Name, "p3.")
}

// Burstable reports whether a type works with CPU credits.
func (t *InstanceType) Burstable() bool { return strings.HasPrefix(t.Name, "t") }

// addressesOf a size that its family does not have otherwise.
var addressesOf = map[string]int{
	"nano": 2, "micro": 2, "small": 4, "medium": 6, "large": 10, "xlarge": 15, "2xlarge": 15, "4xlarge": 30, "8xlarge": 30,
	"12xlarge": 30, "16xlarge": 50,
}

// AddressesPerInterface is how many IPv4 addresses a network interface can have, and as many
// IPv6 ones; 0 of a type that is not AWS's.
// Source: EC2 user guide, IP addresses per network interface of each instance type.
func (t *InstanceType) AddressesPerInterface() int {
	_, size, _ := strings.Cut(t.Name, ".")
	switch {
	case knownTypes()[t.Name] == nil:
		return 0
	case t.Name == "g5.12xlarge":
		return 50
	case t.Name == "g4dn.xlarge", t.Name == "g4dn.2xlarge":
		return 10
	case t.Burstable() && size == "large":
		return 12
	}
	return addressesOf[size]
}

// GPU is a model of GPU.
type GPU struct {
	Name      string
	MemoryMiB int
}

// GPU returns the model of a type's GPUs; zero where it is not known.
// Source: EC2 instance types, accelerated computing.
func (t *InstanceType) GPU() GPU {
	family, _, _ := strings.Cut(t.Name, ".")
	return map[string]GPU{"g4dn": {"T4", 16 * gib}, "g5": {"A10G", 24 * gib}, "p3": {"V100", 16 * gib}}[family]
}

// StorageGB is the size of the disks that come with an instance; 0 is none.
// Source: EC2 instance types, accelerated computing.
func (t *InstanceType) StorageGB() int {
	return map[string]int{
		"g4dn.xlarge": 125, "g4dn.2xlarge": 225, "g4dn.12xlarge": 900, "g5.xlarge": 250, "g5.2xlarge": 450, "g5.12xlarge": 3800,
	}[t.Name]
}
