package placement

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"pgregory.net/rapid"
)

// reference is placement written down as plainly as can be, without memory of anything:
// it counts tasks anew for each question.
type reference struct {
	instances []*state.ContainerInstance
	tasks     []refTask
}

type refTask struct {
	on string
	d  *Demand
}

// reason of an instance, in the order of the filters; "-" of one that is not examined.
func (r *reference) reason(c *state.ContainerInstance, d *Demand) string {
	cpu, memory, enis, ports := c.Registered.CPU, c.Registered.Memory, c.Registered.ENIs, slices.Clone(c.Registered.Ports)
	group := 0
	for _, t := range r.tasks {
		if t.on != c.ARN {
			continue
		}
		cpu -= t.d.Reserved.CPU
		memory -= t.d.Reserved.Memory
		ports = append(ports, t.d.Reserved.Ports...)
		if t.d.Reserved.ENI {
			enis--
		}
		if t.d.Group == d.Group {
			group++
		}
	}
	free := func() bool {
		return !slices.ContainsFunc(d.Reserved.Ports, func(p uint16) bool { return slices.Contains(ports, p) })
	}
	big, _ := c.Attribute("big")
	switch {
	case c.Status != state.InstanceActive || c.LaunchType != d.LaunchType:
		return "-"
	case !c.AgentConnected:
		return "AGENT"
	case len(d.Requires) > 0 && big == "":
		return "ATTRIBUTE"
	case len(d.Subnets) > 0 && d.Subnets[0].Zone != c.Zone:
		return "LOCATION"
	case cpu < d.Reserved.CPU:
		return "RESOURCE:CPU"
	case memory < d.Reserved.Memory:
		return "RESOURCE:MEMORY"
	case !free():
		return "RESOURCE:PORTS"
	case d.Reserved.ENI && enis < 1:
		return "RESOURCE:ENI"
	case r.constrained(d, types.PlacementConstraintTypeMemberOf) && (big != "yes" || group > 0):
		return "MemberOf placement constraint unsatisfied."
	case r.constrained(d, types.PlacementConstraintTypeDistinctInstance) && group > 0:
		return "DistinctInstance placement constraint unsatisfied."
	}
	return ""
}

func (r *reference) constrained(d *Demand, kind types.PlacementConstraintType) bool {
	return slices.ContainsFunc(d.Constraints, func(c types.PlacementConstraint) bool { return c.Type == kind })
}

// rank is what a strategy wants to be small.
func (r *reference) rank(c *state.ContainerInstance, d *Demand, s types.PlacementStrategy) int {
	rank := map[string]int{"cpu": c.Registered.CPU, "memory": c.Registered.Memory}[*s.Field]
	for _, t := range r.tasks {
		at := r.instances[slices.IndexFunc(r.instances, func(c *state.ContainerInstance) bool { return c.ARN == t.on })]
		same := t.d.Group == d.Group
		switch {
		case *s.Field == "cpu" && at == c:
			rank -= t.d.Reserved.CPU
		case *s.Field == "memory" && at == c:
			rank -= t.d.Reserved.Memory
		case *s.Field == "instanceId" && same && at == c, *s.Field == "attribute:"+zoneAttribute && same && at.Zone == c.Zone:
			rank++
		}
	}
	return rank
}

// best are the instances of which chance may choose.
func (r *reference) best(d *Demand) (best []string) {
	var left []*state.ContainerInstance
	for _, c := range r.instances {
		if r.reason(c, d) == "" {
			left = append(left, c)
		}
	}
	for _, s := range d.Strategy {
		least := math.MaxInt
		for _, c := range left {
			least = min(least, r.rank(c, d, s))
		}
		left = slices.DeleteFunc(left, func(c *state.ContainerInstance) bool { return r.rank(c, d, s) != least })
	}
	for _, c := range left {
		best = append(best, c.ARN)
	}
	return best
}

// TestPlacementIsThatOfTheReference places tasks of several demands in one pool: each goes
// to one of those instances that the reference allows, and misses are its reasons.
func TestPlacementIsThatOfTheReference(t *testing.T) {
	zones := []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}
	rapid.Check(t, func(t *rapid.T) {
		s, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := &cluster{s, &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: state.ClusterActive}}
		r := &reference{instances: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *state.ContainerInstance {
			i := &state.ContainerInstance{
				LaunchType: rapid.SampledFrom([]types.LaunchType{"EC2", "EC2", "EC2", "EXTERNAL"}).Draw(t, "launch type"),
				Status:     rapid.SampledFrom([]string{"ACTIVE", "ACTIVE", "ACTIVE", "DRAINING", "INACTIVE"}).Draw(t, "status"),
				Zone:       rapid.SampledFrom(zones).Draw(t, "zone"), AgentConnected: rapid.IntRange(0, 5).Draw(t, "connected") > 0,
				Registered: state.Resources{
					CPU: 100 * rapid.IntRange(0, 10).Draw(t, "cpu"), Memory: 100 * rapid.IntRange(0, 10).Draw(t, "memory"),
					Ports: []uint16{22}, ENIs: rapid.IntRange(0, 3).Draw(t, "enis"),
				},
			}
			if big := rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, "big"); big != "" {
				i.Attributes = []types.Attribute{{Name: aws.String("big"), Value: &big}}
			}
			return i
		}), 0, 12).Draw(t, "instances")}
		_ = s.Update(func(tx *store.Tx) error {
			state.Clusters.Put(tx, c.row)
			for i, instance := range r.instances {
				instance.ARN = scope.ContainerInstance("shop", fmt.Sprintf("%032d", i))
				state.PutContainerInstance(tx, instance, instance.RegisteredAt)
			}
			return nil
		})
		demands := rapid.SliceOfN(rapid.Custom(drawDemand), 1, 3).Draw(t, "demands")
		pool := NewPool(s.Read(), c.row, NewChance(rapid.Uint64().Draw(t, "seed")))
		for range rapid.IntRange(1, 30).Draw(t, "tasks") {
			d := rapid.SampledFrom(demands).Draw(t, "demand")
			allowed := r.best(d)
			place, misses := pool.Place(d)
			if len(allowed) == 0 {
				var want []Miss
				for _, i := range r.instances {
					if reason := r.reason(i, d); reason != "-" {
						want = append(want, Miss{i, reason})
					}
				}
				if place.ContainerInstance != "" || !slices.Equal(misses, want) {
					t.Fatalf("placed on %q with %+v, want nowhere for %+v", place.ContainerInstance, misses, want)
				}
				continue
			}
			if !slices.Contains(allowed, place.ContainerInstance) || misses != nil {
				t.Fatalf("placed on %q with %+v, want one of %v", place.ContainerInstance, misses, allowed)
			}
			r.tasks = append(r.tasks, refTask{place.ContainerInstance, d})
		}
	})
}

func drawDemand(t *rapid.T) *Demand {
	d := &Demand{
		LaunchType: rapid.SampledFrom([]types.LaunchType{"EC2", "EC2", "EXTERNAL"}).Draw(t, "launch type"),
		Group:      rapid.SampledFrom([]string{"family:a", "family:b"}).Draw(t, "group"),
		Reserved: &state.Reservation{
			CPU: 100 * rapid.IntRange(0, 3).Draw(t, "cpu"), Memory: 100 * rapid.IntRange(0, 3).Draw(t, "memory"),
			Ports: rapid.SliceOfN(rapid.SampledFrom([]uint16{22, 80, 443}), 0, 1).Draw(t, "ports"), ENI: rapid.Bool().Draw(t, "eni"),
		},
	}
	if rapid.IntRange(0, 3).Draw(t, "requires") == 0 {
		d.Requires = []types.Attribute{{Name: aws.String("big")}}
	}
	if rapid.IntRange(0, 3).Draw(t, "subnets") == 0 {
		d.Subnets = []*ec2network.Subnet{{ID: "subnet-b", Zone: "eu-west-1b"}}
	}
	if rapid.IntRange(0, 2).Draw(t, "member") == 0 {
		memberOf("attribute:big == yes and not(task:group == " + d.Group + ")")(d)
	}
	if rapid.IntRange(0, 3).Draw(t, "distinct") == 0 {
		distinct(d)
	}
	fields := []string{"cpu", "memory", "instanceId", "attribute:" + zoneAttribute}
	for _, field := range rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 0, 3, rapid.ID).Draw(t, "strategy") {
		kind := "spread"
		if field == "cpu" || field == "memory" {
			kind = "binpack"
		}
		strategy(kind, field)(d)
	}
	return d
}
