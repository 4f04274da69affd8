// Package price knows what AWS asks for what the emulator counts. It imports no package that counts.
package price

// Lookup finds prices by region. A price is in billionths of a US dollar; found is false where it is not known, and no
// region stands for another.
type Lookup interface {
	// VCPUHour and GBHour are of a capacity, FARGATE or FARGATE_SPOT, and an architecture, X86_64 or ARM64.
	VCPUHour(region, capacity, architecture string) (nanoUSD int64, found bool)
	GBHour(region, capacity, architecture string) (nanoUSD int64, found bool)
	// StorageGBHour is of ephemeral storage above 20 GB.
	StorageGBHour(region, capacity string) (nanoUSD int64, found bool)
	// InstanceHour is of an EC2 instance on demand.
	InstanceHour(region, instanceType string) (nanoUSD int64, found bool)
	// LoadBalancerHour and CapacityUnitHour are of a type: application or network.
	LoadBalancerHour(region, loadBalancerType string) (nanoUSD int64, found bool)
	CapacityUnitHour(region, loadBalancerType string) (nanoUSD int64, found bool)
	PublicIPv4Hour(region string) (nanoUSD int64, found bool)
	NATGatewayHour(region string) (nanoUSD int64, found bool)
	LogsGB(region string) (nanoUSD int64, found bool)

	Source() string // what the answer names as its source
	AsOf() string   // a date
	File() string   // of --prices; empty without
}
