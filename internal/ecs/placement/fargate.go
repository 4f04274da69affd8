package placement

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

// nextSubnet chooses the subnet of the next Fargate task: one in the availability
// zone with the fewest tasks, and there the subnet with the fewest; ties go to the
// first as listed. used counts the tasks by subnet id.
//
// Source: ECS developer guide: Fargate tasks of a service are balanced over the
// zones of the subnets given.
func nextSubnet(subnets []*ec2network.Subnet, used map[string]int) *ec2network.Subnet {
	zone := map[string]int{}
	for _, s := range subnets {
		zone[s.Zone] += used[s.ID]
	}
	best := subnets[0]
	for _, s := range subnets[1:] {
		if zone[s.Zone] < zone[best.Zone] || zone[s.Zone] == zone[best.Zone] && used[s.ID] < used[best.ID] {
			best = s
		}
	}
	return best
}
