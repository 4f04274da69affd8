package ec2

import "strings"

// Xen reports whether a type runs on the Xen hypervisor, not on Nitro.
func (t *InstanceType) Xen() bool { return t.hardware().xen }

// Burstable reports whether a type works with CPU credits.
func (t *InstanceType) Burstable() bool { return strings.HasPrefix(t.Name, "t") }

// Metal reports whether a type has no hypervisor.
func (t *InstanceType) Metal() bool {
	_, size, _ := strings.Cut(t.Name, ".")
	return strings.HasPrefix(size, "metal")
}

func (t *InstanceType) Flex() bool {
	family, _, _ := strings.Cut(t.Name, ".")
	return strings.HasSuffix(family, "-flex")
}

// Previous reports whether a type is not of the current generation.
func (t *InstanceType) Previous() bool { return t.hardware().previous }

// ThreadsPerCore is how many vCPUs a core has. A type that is not AWS's is taken to be as most are.
func (t *InstanceType) ThreadsPerCore() int {
	switch known := t.hardware().threads; {
	case known > 0:
		return known
	case t.Architecture == ARM, t.VCPUs == 1:
		return 1
	}
	return 2
}

// NetworkCards is how many network cards a type has.
func (t *InstanceType) NetworkCards() int { return max(1, t.hardware().cards) }

// AddressesPerInterface is how many IPv4 addresses a network interface can have, and as many
// IPv6 ones; 0 of a type that is not AWS's.
func (t *InstanceType) AddressesPerInterface() int { return t.hardware().addresses }

type GPU struct {
	Name      string
	MemoryMiB int
}

// GPU returns the model of a type's GPUs; zero where it is not known.
func (t *InstanceType) GPU() GPU { return t.hardware().gpu }

// StorageGB is the size of the disks that come with an instance; 0 is none.
func (t *InstanceType) StorageGB() int { return t.hardware().diskGB }

// hardware is what AWS's type of that name has; zero of a type that is not AWS's.
func (t *InstanceType) hardware() hardware {
	if known := knownTypes()[t.Name]; known != nil {
		return known.hardware
	}
	return hardware{}
}
