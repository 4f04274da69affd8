package composition_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/expresstest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope  = arn.Scope{Account: "123456789012", Region: "eu-west-1"}
	header = &types.GatewayTestTrafficHeader{Name: aws.String("x-test"), Values: []string{"1"}}
)

// course is a gateway with services in an account, whose steps may be cut.
type course struct {
	t     rapid.TB
	store *store.Store
	world *expresstest.World
	now   time.Time
	// cut is asked before and after each call: whether the emulator ends there.
	cut    func() bool
	owners []string
	tokens int
}

func newCourse(t rapid.TB, change ...func(*gateway.Gateway)) *course {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &course{t: t, store: s, world: expresstest.NewWorld(), now: time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC), cut: func() bool { return false }}
	g := &gateway.Gateway{
		ARN: gateway.ARN(scope, "shop"), Scope: scope, Name: "shop", Token: "0123456789abcdef0123456789abcdef", Role: "arn:aws:iam::123456789012:role/infra",
		VPC: "vpc-1", CIDR: "10.0.0.0/16", DeletionProtection: true, PropagateTags: types.PropagateGatewayTagsGateway, CreatedAt: c.now, UpdatedAt: c.now,
		Asked: gateway.Configuration{
			Scheme: types.GatewayElbSchemeInternetFacing, Subnets: []string{"subnet-1", "subnet-2"}, MaxBalancers: 3, Desync: types.GatewayAlbDesyncMitigationModeDefensive,
			TestHeader: header,
		},
	}
	for _, by := range change {
		by(g)
	}
	c.update(func(tx *store.Tx) { gateway.Put(tx, g) })
	c.owners = append(c.owners, g.ARN)
	for n := 1; n <= int(g.Asked.MaxBalancers); n++ {
		c.owners = append(c.owners, g.BalancerKey(n))
	}
	return c
}

func (c *course) gateway() *gateway.Gateway {
	return gateway.Find(c.store.Read(), gateway.ARN(scope, "shop"))
}

func (c *course) update(do func(tx *store.Tx)) {
	if err := c.store.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		c.t.Fatal(err)
	}
}

// connect has a service have a route of its own, or none.
func (c *course) connect(name string, most int, connects bool) (routed bool) {
	id := scope.Service("default", name)
	r := &state.ServiceRevision{ARN: fmt.Sprint(id, "/", c.tokens)}
	c.update(func(tx *store.Tx) {
		if connects {
			c.tokens++
			route := &gateway.Route{
				Scope: scope, Token: fmt.Sprintf("%016x%016x", c.tokens, 1000+c.tokens), GatewayARN: c.gateway().ARN, ServiceARN: id, ClusterARN: scope.Cluster("default"),
				VPC: "vpc-1", PortName: "http", ContainerPort: 80, CreatedAt: c.now, UpdatedAt: c.now,
			}
			route.ARN = gateway.RouteARN(scope, "shop", route.Token)
			if !gateway.Assign(tx, c.gateway(), route, most) {
				return
			}
			gateway.PutRoute(tx, route)
			r.GatewayRoutes, routed = []string{route.ARN}, true
			c.owners = append(c.owners, route.ARN)
		}
		s := &state.Service{ARN: id, Name: name, ClusterARN: scope.Cluster("default"), Deployments: []*state.Deployment{{Generation: state.Generation{ID: arn.NewDeploymentID(), Revision: r}, Primary: true}}}
		state.PutService(tx, s)
	})
	return routed
}

func (c *course) route(name string) *gateway.Route {
	for _, r := range gateway.RoutesOfService(c.store.Read(), scope.Service("default", name)) {
		if composition.IsUsed(c.store.Read(), r) {
			return r
		}
	}
	return nil
}

// round takes all steps that can be taken now, and reports whether any were, or wait for their time.
func (c *course) round() (busy bool) {
	owners := composition.Owners()
	for _, owner := range slices.Clone(c.owners) {
		for _, s := range owners.Next(c.store.Read(), owner, c.now) {
			busy = true
			if !s.Begun.Due.After(c.now) {
				c.take(s)
			}
		}
		c.update(func(tx *store.Tx) {
			if owners.Ends(tx, owner, c.now) {
				busy = true
				owners.End(tx, owner, c.now)
			}
		})
	}
	c.now = c.now.Add(time.Second)
	return busy
}

func (c *course) take(s managedresource.Step) {
	rows := gateway.Rows()
	c.update(func(tx *store.Tx) { rows.Put(tx, &s.Begun) })
	if c.cut() {
		return
	}
	out := s.Out()
	var err error
	if s.Calls() {
		err = c.world.Call(s.Op, s.In, out)
	}
	if c.cut() {
		return
	}
	c.update(func(tx *store.Tx) {
		if after := s.Done(c.now, out, err); after != nil {
			rows.Put(tx, after)
		} else {
			rows.Remove(tx, &s.Begun)
		}
	})
}

// settle goes on until nothing is to be done, which must come.
func (c *course) settle() {
	c.cut = func() bool { return false }
	for range 3000 {
		if !c.round() {
			return
		}
	}
	for _, owner := range c.owners {
		for _, s := range composition.Owners().Next(c.store.Read(), owner, c.now) {
			c.t.Logf("%s %s: %s %s (%d tries)", owner, s.Begun.Kind, s.Begun.Status, s.Begun.Reason, s.Begun.Tries)
		}
	}
	c.t.Fatal("it does not end")
}

func (c *course) status(name string) types.GatewayRouteStatus {
	v := composition.ReadRoute(c.store.Read(), c.route(name), c.now)
	return v.Status()
}

func (c *course) count(want map[string]int) {
	for kind, n := range want {
		if got := len(c.world.IDs(kind)); got != n {
			c.t.Errorf("%d of %s, want %d", got, kind, n)
		}
	}
}

func (c *course) empty() {
	if left := c.world.Left(); len(left) > 0 {
		c.t.Fatal(left)
	}
	if routes := gateway.Routes(c.store.Read(), scope); len(routes) > 0 {
		c.t.Fatalf("%d routes are left", len(routes))
	}
}

func TestOneRoute(t *testing.T) {
	c := newCourse(t)
	c.settle()
	c.empty() // a gateway provisions nothing
	c.connect("web", 25, true)
	if got := c.status("web"); got != types.GatewayRouteStatusCreateInProgress {
		t.Error(got)
	}
	c.settle()
	if got := c.status("web"); got != types.GatewayRouteStatusActive {
		t.Error(got)
	}
	c.count(map[string]int{"balancer": 1, "listener": 1, "rule": 2, "target group": 2, "certificate": 2, "group": 2, "ingress": 2})
	if e, found := composition.FindEndpoint(c.store.Read(), composition.Host(c.route("web"))); !found || e.Balancer != c.world.IDs("balancer")[0] || !e.Public {
		t.Error(e, found)
	}
	c.connect("web", 25, false)
	c.settle()
	c.empty()
}

// Load balancers are filled one by one, up to the most that the gateway has.
func TestLoadBalancersComeAndGo(t *testing.T) {
	c := newCourse(t)
	for n := range 7 {
		if routed := c.connect(fmt.Sprint("web", n), 2, true); routed != (n < 6) {
			t.Errorf("%d: %t", n, routed)
		}
	}
	c.settle()
	c.count(map[string]int{"balancer": 3, "rule": 12})
	c.connect("web2", 2, false)
	c.connect("web3", 2, false)
	c.settle()
	c.count(map[string]int{"balancer": 2, "rule": 8})
	c.connect("web4", 2, false)
	c.connect("web9", 2, true)
	c.settle()
	c.count(map[string]int{"balancer": 3, "rule": 8})
}

// change is an UpdateGateway.
func (c *course) change(by func(g *gateway.Gateway)) {
	c.now = c.now.Add(time.Second)
	c.update(func(tx *store.Tx) {
		g := *c.gateway()
		by(&g)
		g.Updates, g.UpdatedAt = g.Updates+1, c.now
		gateway.Put(tx, &g)
		for _, r := range gateway.RoutesOfGateway(tx, g.ARN) {
			asked := *r
			asked.UpdatedAt = c.now
			gateway.PutRoute(tx, &asked)
		}
	})
}

func TestUpdate(t *testing.T) {
	c := newCourse(t, func(g *gateway.Gateway) { g.Asked.TestHeader = nil })
	c.connect("web", 25, true)
	c.settle()
	c.count(map[string]int{"rule": 1, "ingress": 2})
	c.world.Calls = nil
	c.change(func(g *gateway.Gateway) {
		g.Asked.TestHeader = header
		g.Asked.InboundSecurityGroup, g.Asked.Desync = "sg-1", types.GatewayAlbDesyncMitigationModeStrictest
	})
	if got := c.gateway().Status(c.store.Read()); got != types.GatewayStatusUpdateInProgress {
		t.Error(got)
	}
	c.settle()
	slices.Sort(c.world.Calls)
	if want := []string{"CreateRule", "ModifyLoadBalancerAttributes", "RevokeSecurityGroupIngress", "SetSecurityGroups"}; !slices.Equal(c.world.Calls, want) {
		t.Errorf("%v, want %v", c.world.Calls, want)
	}
	if got := c.gateway().Status(c.store.Read()); got != types.GatewayStatusUpdateComplete {
		t.Error(got)
	}
	c.count(map[string]int{"rule": 2, "ingress": 1})
	c.world.Remove(c.world.IDs("balancer")[0])
	c.change(func(g *gateway.Gateway) { g.DeletionProtection = false })
	c.settle()
	o := c.gateway().LastOutcome(c.store.Read())
	if got := c.gateway().Status(c.store.Read()); got != types.GatewayStatusUpdateFailed || len(o.Failures) == 0 || o.Failures[0].Operation != "elasticloadbalancing:ModifyLoadBalancerAttributes" || o.Failures[0].ARN == "" {
		t.Errorf("%s %+v", got, o)
	}
	if got := c.status("web"); got != types.GatewayRouteStatusActive { // what a user has removed is not noticed
		t.Error(got)
	}
	c.connect("web", 25, false)
	c.settle()
	c.empty()
}

// A gateway that is updated asks with each change of a route whether all is done: while one is under way the others are not read for that.
func TestCostOfAnUpdate(t *testing.T) {
	cost := map[int]float64{}
	for _, n := range []int{10, 100} {
		c := newCourse(t, func(g *gateway.Gateway) { g.Asked.MaxBalancers = 50 })
		for i := range n {
			c.connect(fmt.Sprint("s", i), 25, true)
		}
		c.settle()
		c.change(func(g *gateway.Gateway) {
			g.Asked.TestHeader = &types.GatewayTestTrafficHeader{Name: aws.String("x-test"), Values: []string{"2"}}
		})
		c.owners = c.owners[:len(c.owners)-1] // without the last route
		for range 10 {
			c.round()
		}
		cost[n] = testing.AllocsPerRun(10, func() { composition.Owners().Ends(c.store.Read(), c.gateway().ARN, c.now) })
	}
	if cost[100] > 2*cost[10] {
		t.Errorf("it takes %v allocations with 100 routes, and %v with 10", cost[100], cost[10])
	}
}

func TestAssociationEndsWithTheLastRoute(t *testing.T) {
	c := newCourse(t)
	association := func() *gateway.Association {
		return gateway.FindAssociation(c.store.Read(), c.gateway().ARN, scope.Cluster("default"))
	}
	c.update(func(tx *store.Tx) {
		gateway.PutAssociation(tx, &gateway.Association{GatewayARN: c.gateway().ARN, ClusterARN: scope.Cluster("default"), Disassociating: true})
	})
	c.connect("web", 25, true)
	c.settle()
	if association() == nil {
		t.Fatal("it has gone while there is a route")
	}
	c.connect("web", 25, false)
	c.settle()
	if association() != nil {
		t.Error("it stays")
	}
}

// ask has a service's route be asked for again, as a further deployment does.
func (c *course) ask(name string) {
	c.askFor(name, func(*gateway.Route) {})
}

func (c *course) askFor(name string, by func(*gateway.Route)) {
	c.now = c.now.Add(time.Second)
	c.update(func(tx *store.Tx) {
		asked := *c.route(name)
		asked.UpdatedAt = c.now
		by(&asked)
		gateway.PutRoute(tx, &asked)
	})
}

// notice has the controller look for a resource that a user has removed.
func (c *course) notice(owner string) {
	for _, s := range composition.Owners().Doubts(c.store.Read(), owner, c.now) {
		c.take(s)
	}
}

// settled is whether a deployment that waits for the route of a service can go on, and whether it has the route.
func (c *course) settled(name string) (settled, routed bool) {
	balancers, _, settled := gateway.Traffic(c.store.Read(), []string{c.route(name).ARN}, "app", 80)
	return settled, len(balancers) > 0
}

// What a user has removed is not made again: deployments go on without the route, and services that come later have none at that load
// balancer.
func TestDeploymentsDoNotWaitForWhatUsersRemove(t *testing.T) {
	for kind, status := range map[string]types.GatewayRouteStatus{
		"rule": types.GatewayRouteStatusActive, "listener": types.GatewayRouteStatusCreateFailed, "balancer": types.GatewayRouteStatusCreateFailed,
	} {
		c := newCourse(t, func(g *gateway.Gateway) { g.Asked.TestHeader = nil })
		c.connect("web", 25, true)
		c.settle()
		c.world.Remove(c.world.IDs(kind)[0])
		c.notice(c.route("web").ARN)
		c.notice(c.route("web").Balancer)
		c.settle()
		if got := c.status("web"); got != types.GatewayRouteStatusActive {
			t.Errorf("%s: the route is %s", kind, got)
		}
		c.ask("web")
		c.connect("late", 25, true)
		c.settle()
		if got := c.status("web"); got != types.GatewayRouteStatusUpdateFailed {
			t.Errorf("%s: the route that is asked for again is %s", kind, got)
		}
		if settled, routed := c.settled("web"); !settled || routed {
			t.Errorf("%s: settled is %t, routed is %t", kind, settled, routed)
		}
		if got := c.status("late"); got != status {
			t.Errorf("%s: the later route is %s", kind, got)
		}
		if settled, routed := c.settled("late"); !settled || routed != (status == types.GatewayRouteStatusActive) {
			t.Errorf("%s: the later one: settled is %t, routed is %t", kind, settled, routed)
		}
		c.connect("web", 25, false)
		c.connect("late", 25, false)
		c.settle()
		c.empty()
	}
}

// Without its test rule a route goes on.
func TestTestRuleThatIsRemoved(t *testing.T) {
	c := newCourse(t)
	c.connect("web", 25, true)
	c.settle()
	for _, r := range gateway.Rows().Owned(c.store.Read(), c.route("web").ARN) {
		if r.Kind == gateway.TestRule {
			c.world.Remove(r.ID)
		}
	}
	c.notice(c.route("web").ARN)
	c.ask("web")
	c.settle()
	balancers, _, settled := gateway.Traffic(c.store.Read(), []string{c.route("web").ARN}, "app", 80)
	if !settled || len(balancers) != 1 || balancers[0].AdvancedConfiguration.TestListenerRule != nil || c.status("web") != types.GatewayRouteStatusActive {
		t.Errorf("%t %+v %s", settled, balancers, c.status("web"))
	}
}

// Cut anywhere, with resources that users remove: it ends, and nothing is left once no service is connected.
func TestCutAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCourse(t)
		c.cut = func() bool { return rapid.IntRange(0, 9).Draw(t, "cut") == 0 }
		meddles := rapid.Bool().Draw(t, "meddles")
		names := []string{"blue", "green", "red"}
		for range rapid.IntRange(5, 60).Draw(t, "rounds") {
			switch name := rapid.SampledFrom(names).Draw(t, "name"); rapid.IntRange(0, 5).Draw(t, "act") {
			case 0:
				if c.route(name) == nil {
					c.connect(name, 2, true)
				}
			case 1:
				c.connect(name, 2, false)
			case 2:
				c.change(func(g *gateway.Gateway) { g.DeletionProtection = !g.DeletionProtection })
			case 3:
				if ids := c.world.All(); meddles && len(ids) > 0 {
					c.world.Remove(rapid.SampledFrom(ids).Draw(t, "removed"))
				}
			}
			c.round()
		}
		c.settle()
		for _, name := range names {
			if !meddles && c.route(name) != nil && c.status(name) != types.GatewayRouteStatusActive {
				t.Fatalf("%s is %s", name, c.status(name))
			}
			c.connect(name, 2, false)
		}
		c.settle()
		c.empty()
	})
}

// What comes after a gateway was given another infrastructure role is called as that role: the old one may be deleted.
func TestAnotherRole(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/next"
	c := newCourse(t)
	c.connect("web", 25, true)
	c.settle()
	c.change(func(g *gateway.Gateway) {
		g.Role, g.Asked.Desync = role, types.GatewayAlbDesyncMitigationModeStrictest
	})
	calls := 0
	look := func() {
		for busy := true; busy; busy = c.round() {
			for _, owner := range c.owners {
				for _, s := range composition.Owners().Next(c.store.Read(), owner, c.now) {
					if !s.Calls() || s.AsECS {
						continue
					}
					if calls++; s.Begun.Role != role {
						t.Fatalf("%s of %s is called as %s", s.Op.Name, s.Begun.Kind, s.Begun.Role)
					}
				}
			}
		}
	}
	look()
	c.connect("web", 25, false)
	look()
	c.empty()
	if calls == 0 {
		t.Fatal("there was no call")
	}
}

// Load balancers that are in use are counted, not their numbers: with the second of three gone, a gateway may be held to two.
func TestFewerLoadBalancers(t *testing.T) {
	c := newCourse(t)
	for _, name := range []string{"a", "b", "c"} {
		c.connect(name, 1, true)
	}
	c.settle()
	c.connect("b", 1, false)
	c.settle()
	c.change(func(g *gateway.Gateway) { g.Asked.MaxBalancers = 2 })
	c.settle()
	if got := gateway.Balancers(c.store.Read(), c.gateway()); len(got) != 2 {
		t.Errorf("the gateway has %v, want 2 load balancers", got)
	}
	if c.connect("d", 1, true) {
		t.Error("a further load balancer is used than the gateway may have")
	}
	if !c.connect("e", 2, true) {
		t.Error("there is no room at a load balancer that has a place left")
	}
	c.connect("c", 2, false)
	c.settle()
	if !c.connect("f", 1, true) {
		t.Error("there is no load balancer in the place of one that is gone")
	}
}

// The security group of a service lets in each port that is asked for, one by one: EC2 refuses a call with one that is open.
func TestPortsOfAService(t *testing.T) {
	c := newCourse(t)
	c.connect("web", 25, true)
	c.settle()
	c.count(map[string]int{"ingress": 2})
	for _, port := range []struct {
		container, check int32
		open             int // with the load balancer's own
	}{{80, 80, 2}, {80, 9000, 3}, {80, 9001, 4}, {8080, 9001, 5}, {80, 9000, 5}} {
		c.now = c.now.Add(time.Second)
		c.update(func(tx *store.Tx) {
			asked := *c.route("web")
			asked.Ask(&types.GatewayConnector{
				PortName: aws.String("http"), HealthCheck: &types.GatewayConnectorHealthCheck{HealthCheckPort: aws.Int32(port.check)},
			}, port.container, c.now)
			gateway.PutRoute(tx, &asked)
		})
		if settled, _ := c.settled("web"); settled {
			t.Errorf("%+v: a deployment goes on before the port is open", port)
		}
		c.settle()
		if got := c.status("web"); got != types.GatewayRouteStatusActive {
			t.Errorf("%+v: the route is %s", port, got)
		}
		c.count(map[string]int{"ingress": port.open})
	}
	c.connect("web", 25, false)
	c.settle()
	c.empty()
}

// A revision that comes back has its routes be as it asks, whether or not time has passed; those that are so stay as they are.
func TestRoutesGoBack(t *testing.T) {
	c := newCourse(t)
	c.connect("web", 25, true)
	c.settle()
	connector := types.GatewayConnector{PortName: aws.String("http"), HealthCheck: &types.GatewayConnectorHealthCheck{HealthCheckPath: aws.String("/health")}}
	revision := &state.ServiceRevision{GatewayConnectors: []types.GatewayConnector{connector}, GatewayRoutes: []string{c.route("web").ARN, "gone"}}
	definition := &types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{{
		Name: aws.String("app"), PortMappings: []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(80)}},
	}}}
	broken := *c.route("web")
	broken.Ask(&types.GatewayConnector{PortName: aws.String("other"), HealthCheck: &types.GatewayConnectorHealthCheck{HealthCheckPath: aws.String("/broken")}}, 81, c.now)
	c.update(func(tx *store.Tx) {
		gateway.PutRoute(tx, &broken)
		gateway.GoBack(tx, revision, definition, c.now)
	})
	back := c.route("web")
	if back.PortName != "http" || back.ContainerPort != 80 || aws.ToString(back.HealthCheck.HealthCheckPath) != "/health" || !back.UpdatedAt.After(broken.UpdatedAt) {
		t.Errorf("the route is %+v", back)
	}
	c.update(func(tx *store.Tx) { gateway.GoBack(tx, revision, definition, c.now.Add(time.Minute)) })
	if got := c.route("web").UpdatedAt; !got.Equal(back.UpdatedAt) {
		t.Errorf("it is asked for again at %s", got)
	}
}
