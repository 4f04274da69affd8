package capacity

import (
	"cmp"
	"slices"
	"strings"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

// launch starts instances in the zones that have the fewest; the first ones in place of
// those that are unhealthy.
func (v GroupView) launch(p *GroupPlan, active []GroupMember, missing, unhealthy int) {
	if v.Group.Suspends("Launch") || len(v.Subnets) == 0 {
		return
	}
	if at := v.retryAt(); v.Now.Before(at) {
		p.wake(at)
		return
	}
	cause := v.change() + v.difference("started", "increasing", len(active)+min(unhealthy, missing), int(v.Group.Desired))
	if unhealthy < missing && v.early(p, v.Delays.Launch) {
		missing = unhealthy
	}
	spread, onDemand := v.spread(active), countOnDemand(active)
	for len(p.Launch) < missing && len(spread.open) > 0 {
		replacement := len(p.Launch) < unhealthy
		start := Start{Subnet: spread.next(), Cause: cause, Spot: onDemand >= v.Group.Source.OnDemand(len(active)+len(p.Launch)+1)}
		if replacement {
			start.Cause = v.at() + "an instance was launched in response to an unhealthy instance needing to be replaced."
		}
		if spread.room[start.Subnet.ID] == 0 {
			p.Refused = append(p.Refused, start)
			spread.close(start.Subnet)
			continue
		}
		spread.take(start.Subnet)
		p.Launch = append(p.Launch, start)
		if !start.Spot {
			onDemand++
		}
		p.Explained = p.Explained || !replacement && v.unexplained()
	}
	p.Short = len(p.Launch) < missing
}

func countOnDemand(members []GroupMember) (n int) {
	for _, m := range members {
		if !m.Spot {
			n++
		}
	}
	return n
}

// spread chooses the subnets of instances, one after the other.
type spread struct {
	open           []*ec2network.Subnet // not known to be full
	room           map[string]int       // free addresses, by subnet
	zones, subnets map[string]int       // instances there
	balanced       bool                 // no zone instead of one that is full
}

func (v GroupView) spread(active []GroupMember) *spread {
	s := &spread{
		open: slices.Clone(v.Subnets), room: map[string]int{}, zones: map[string]int{}, subnets: map[string]int{},
		balanced: v.Group.ZoneDistribution == astypes.CapacityDistributionStrategyBalancedOnly,
	}
	for _, m := range active {
		s.zones[m.Zone]++
		s.subnets[m.Subnet]++
	}
	for _, subnet := range v.Subnets {
		s.room[subnet.ID] = v.Free(subnet)
	}
	return s
}

// next is a subnet of the zone with the fewest instances.
func (s *spread) next() *ec2network.Subnet {
	return slices.MinFunc(s.open, func(a, b *ec2network.Subnet) int {
		return cmp.Or(cmp.Compare(s.zones[a.Zone], s.zones[b.Zone]), strings.Compare(a.Zone, b.Zone),
			cmp.Compare(s.subnets[a.ID], s.subnets[b.ID]), strings.Compare(a.ID, b.ID))
	})
}

func (s *spread) take(subnet *ec2network.Subnet) {
	s.zones[subnet.Zone]++
	s.subnets[subnet.ID]++
	s.room[subnet.ID]--
}

// close leaves out a subnet that is full. Other zones are tried instead of its own, unless
// that would unbalance what must stay balanced.
// Source: EC2 Auto Scaling user guide, Availability Zone distribution.
func (s *spread) close(full *ec2network.Subnet) {
	s.open = slices.DeleteFunc(s.open, func(other *ec2network.Subnet) bool { return other.ID == full.ID })
	if s.balanced && !slices.ContainsFunc(s.open, func(other *ec2network.Subnet) bool { return other.Zone == full.Zone }) {
		s.open = nil
	}
}

// How long a group waits after a launch that failed: twice as long each time. AWS waits,
// too; how long is the emulator's own.
const (
	firstRelaunch = time.Minute
	lastRelaunch  = 15 * time.Minute
)

// retryAt is when a launch is tried after one that failed: at once if the group has been
// updated since, another capacity was requested, or an outage has ended.
func (v GroupView) retryAt() time.Time {
	g := v.Group
	asked := g.Change != nil && g.Change.At.After(g.FailedAt)
	if g.Failures == 0 || g.UpdatedAt.After(g.FailedAt) || v.Again.After(g.FailedAt) || asked {
		return time.Time{}
	}
	return g.FailedAt.Add(min(firstRelaunch<<min(g.Failures-1, 4), lastRelaunch))
}
