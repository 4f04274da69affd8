package price

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
)

func instance(instanceType string) What { return What("EC2/" + instanceType) }

// scaled is the price of an instance type of which the table has only the large one of its family: it goes by vCPUs. All
// public tables of AWS's prices agree in this, but AWS does not promise it. Sizes of t3 and its like that have no more vCPUs
// than the large one cost less than it, so these do not scale.
func (t *Table) scaled(region, instanceType string) (nanoUSD int64, found bool) {
	family, _, _ := strings.Cut(instanceType, ".")
	wanted, large := ec2.KnownInstanceType(instanceType), ec2.KnownInstanceType(family+".large")
	if wanted == nil || large == nil || wanted.Burstable() && wanted.VCPUs <= large.VCPUs {
		return 0, false
	}
	nanoUSD, found = t.figures[region][instance(large.Name)]
	return nanoUSD * int64(wanted.VCPUs) / int64(large.VCPUs), found
}
