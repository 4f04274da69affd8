package price

import "cmp"

// Nano is how many billionths of a dollar a dollar has.
const Nano = 1_000_000_000

// Table has list prices by region, without free tier, tax, discounts and Savings Plans. It does not change.
type Table struct {
	source, asOf, file string

	figures map[string]map[What]int64 // by region
	under   *Table                    // what counts where this table has no figure, or nil
}

// What names a figure of a region as the members of the table of --prices do, with slashes: FARGATE/X86_64/vCPUHour.
type What string

// VCPUHour is the price of a vCPU for an hour. The capacity is FARGATE or FARGATE_SPOT, the architecture X86_64 or ARM64.
func (t *Table) VCPUHour(region, capacity, architecture string) (nanoUSD int64, found bool) {
	return t.figure(region, What(capacity+"/"+architecture+"/vCPUHour"))
}

// GBHour is the price of a GB of memory for an hour.
func (t *Table) GBHour(region, capacity, architecture string) (nanoUSD int64, found bool) {
	return t.figure(region, What(capacity+"/"+architecture+"/gbHour"))
}

// StorageGBHour is the price of a GB of ephemeral storage above 20 GB for an hour. AWS has one for both architectures.
func (t *Table) StorageGBHour(region, capacity string) (nanoUSD int64, found bool) {
	return t.figure(region, What(capacity+"/storageGBHour"))
}

// InstanceHour is the price of an EC2 instance on demand, with Linux, for an hour.
func (t *Table) InstanceHour(region, instanceType string) (nanoUSD int64, found bool) {
	for ; t != nil && !found; t = t.under {
		if nanoUSD, found = t.figures[region][instance(instanceType)]; !found {
			nanoUSD, found = t.scaled(region, instanceType)
		}
	}
	return nanoUSD, found
}

// LoadBalancerHour is the price of a started hour of a load balancer of a type: application or network.
func (t *Table) LoadBalancerHour(region, loadBalancerType string) (nanoUSD int64, found bool) {
	return t.figure(region, What("loadBalancerHour/"+loadBalancerType))
}

// CapacityUnitHour is the price of a load balancer capacity unit for an hour.
func (t *Table) CapacityUnitHour(region, loadBalancerType string) (nanoUSD int64, found bool) {
	return t.figure(region, What("capacityUnitHour/"+loadBalancerType))
}

// PublicIPv4Hour is the price of a public IPv4 address for an hour.
func (t *Table) PublicIPv4Hour(region string) (nanoUSD int64, found bool) {
	return t.figure(region, "publicIPv4Hour")
}

// NATGatewayHour is the price of a NAT gateway for an hour.
func (t *Table) NATGatewayHour(region string) (nanoUSD int64, found bool) {
	return t.figure(region, "natGatewayHour")
}

// LogsGB is the price of a GB of log events that CloudWatch Logs takes in.
func (t *Table) LogsGB(region string) (nanoUSD int64, found bool) { return t.figure(region, "logsGB") }

func (t *Table) figure(region string, what What) (nanoUSD int64, found bool) {
	for ; t != nil && !found; t = t.under {
		nanoUSD, found = t.figures[region][what]
	}
	return nanoUSD, found
}

// Source says where the figures come from.
func (t *Table) Source() string {
	if t.under == nil {
		return t.source
	}
	return t.source + "; for all else " + t.under.source
}

// AsOf is a date such as 2026-09-29, or "". With a user's file it is the file's.
func (t *Table) AsOf() string { return t.asOf }

// File is the user's file, or "".
func (t *Table) File() string { return t.file }

// over is the table with the figures of a file in place of its own.
func (t *Table) over(file *Table) *Table {
	both := *file
	both.under, both.source = t, cmp.Or(file.source, "--prices")
	return &both
}

var _ Lookup = (*Table)(nil)
