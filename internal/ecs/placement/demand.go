package placement

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/query"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Demand is what tasks ask of a container instance. It is read when a pool first sees it,
// and must not change from then on.
type Demand struct {
	LaunchType types.LaunchType // EC2, EXTERNAL or MANAGED_INSTANCES
	// CapacityProvider is the name of the one whose instances alone are looked at; empty: all are.
	CapacityProvider string
	Reserved         *state.Reservation
	Requires         []types.Attribute           // those of the definition, and of its platform
	Subnets          []*ec2network.Subnet        // of the request, with awsvpc alone
	Constraints      []types.PlacementConstraint // of the definition and of the request
	Strategy         []types.PlacementStrategy   // none: see defaultStrategy
	Group            string
	// Engines are those on which the instance must be, all of them; see [engineroom.Room.Demands]. FileSystems are
	// what each engine has for itself of what the task mounts.
	Engines     []string
	FileSystems []string

	zone     string // empty: any
	compiled *compiled
}

// compiled is a demand as it is applied to many instances.
type compiled struct {
	requires   []requirement
	zones      map[string]*ec2network.Subnet // the first subnet of each
	subnets    map[string]*ec2network.Subnet
	onInstance []*query.Expression // whose answers no task changes
	onGroups   []*query.Expression
	distinct   bool
	unreadable bool // an expression: nothing satisfies it
	strategy   []step
}

type requirement struct {
	name, value string
	valued      bool
}

func (d *Demand) compile() *compiled {
	if d.compiled != nil {
		return d.compiled
	}
	c := &compiled{strategy: steps(d)}
	for _, a := range d.Requires {
		c.requires = append(c.requires, requirement{aws.ToString(a.Name), aws.ToString(a.Value), a.Value != nil})
	}
	for _, engine := range d.Engines {
		c.requires = append(c.requires, requirement{engineroom.Attribute, engine, true})
	}
	if len(d.Subnets) > 0 {
		c.zones, c.subnets = map[string]*ec2network.Subnet{}, map[string]*ec2network.Subnet{}
		for _, s := range d.Subnets {
			c.subnets[s.ID] = s
			if c.zones[s.Zone] == nil {
				c.zones[s.Zone] = s
			}
		}
	}
	for _, constraint := range d.Constraints {
		if constraint.Type == types.PlacementConstraintTypeDistinctInstance {
			c.distinct = true
			continue
		}
		switch e, err := query.Parse(aws.ToString(constraint.Expression)); {
		case err != nil:
			c.unreadable = true
		case e.OnGroups():
			c.onGroups = append(c.onGroups, e)
		default:
			c.onInstance = append(c.onInstance, e)
		}
	}
	d.compiled = c
	return c
}

// Of constraints of a task definition, which are all of type memberOf, makes those of a
// demand.
func Of(constraints []types.TaskDefinitionPlacementConstraint) []types.PlacementConstraint {
	list := make([]types.PlacementConstraint, len(constraints))
	for i, c := range constraints {
		list[i] = types.PlacementConstraint{Type: types.PlacementConstraintTypeMemberOf, Expression: c.Expression}
	}
	return list
}

func (d *Demand) ofService() bool { return strings.HasPrefix(d.Group, "service:") }
