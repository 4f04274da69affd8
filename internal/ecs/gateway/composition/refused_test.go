package composition_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

// settleRefusing goes on until nothing is to be done. Steps that it refuses are not called: the role has no permission.
func (c *course) settleRefusing(refuses func(managedresource.Step) bool) (refused int) {
	denied := &apiclient.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "not authorized"}
	for range 3000 {
		for _, owner := range slices.Clone(c.owners) {
			for _, s := range composition.Owners().Next(c.store.Read(), owner, c.now) {
				if s.Begun.Due.After(c.now) || !refuses(s) {
					continue
				}
				refused++
				c.update(func(tx *store.Tx) { gateway.Rows().Put(tx, s.Done(c.now, nil, denied)) })
			}
		}
		if !c.round() {
			return refused
		}
	}
	c.t.Fatal("it does not end")
	return refused
}

// What could not be removed of a load balancer is left to the user: the gateway counts it no more, and the next service has one.
func TestWhatIsLeftOfALoadBalancerIsForgotten(t *testing.T) {
	c := newCourse(t)
	c.connect("web", 25, true)
	c.settle()
	c.connect("web", 25, false)
	if refused := c.settleRefusing(func(s managedresource.Step) bool {
		return s.Op.Name == "DeleteSecurityGroup" && s.Begun.Kind == gateway.BalancerGroup
	}); refused != 1 {
		t.Fatalf("%d calls were refused, want 1", refused)
	}
	if got := gateway.Balancers(c.store.Read(), c.gateway()); len(got) > 0 {
		t.Errorf("the gateway has %v, want no load balancer", got)
	}
	c.connect("api", 25, true)
	c.settle()
	if got := c.status("api"); got != types.GatewayRouteStatusActive { // the group of that name is taken over
		t.Errorf("the next route is %s", got)
	}
	c.connect("api", 25, false)
	c.settle()
	c.empty()
}

// A service that connects while its load balancer goes has it come again, though something of it could not be removed.
func TestRouteWhileALoadBalancerGoes(t *testing.T) {
	c := newCourse(t)
	c.connect("web", 25, true)
	c.settle()
	c.connect("web", 25, false)
	late := false
	refused := c.settleRefusing(func(s managedresource.Step) bool {
		if s.Op.Name != "DeleteListener" {
			return false
		}
		if !late {
			late = c.connect("late", 25, true)
			c.now = c.now.Add(time.Second)
		}
		return true
	})
	if refused != 1 || !late {
		t.Fatalf("%d calls were refused, want 1; the later service is connected: %t", refused, late)
	}
	if got := c.status("late"); got != types.GatewayRouteStatusActive {
		t.Errorf("the later route is %s", got)
	}
}

// A call that was refused is made again once the route is asked for again: also a look, and a route that comes then has not failed on
// its way.
func TestRefusedCallsAreTriedAgain(t *testing.T) {
	for _, operation := range []string{"CreateLoadBalancer", "DescribeLoadBalancers", "RequestCertificate", "DescribeCertificate", "CreateRule"} {
		c := newCourse(t)
		c.connect("web", 25, true)
		done := false
		if refused := c.settleRefusing(func(s managedresource.Step) bool {
			refuses := s.Op.Name == operation && !done
			done = done || refuses
			return refuses
		}); refused != 1 {
			t.Fatalf("%s: %d calls were refused, want 1", operation, refused)
		}
		if got := c.status("web"); got != types.GatewayRouteStatusCreateFailed {
			t.Errorf("%s: the route is %s", operation, got)
		}
		c.ask("web")
		for c.status("web") != types.GatewayRouteStatusActive && c.round() {
			if got := c.status("web"); got == types.GatewayRouteStatusCreateFailed {
				t.Fatalf("%s: the route is %s while it is tried again", operation, got)
			}
		}
		if settled, routed := c.settled("web"); !settled || !routed {
			t.Errorf("%s: asked for again, settled is %t, routed is %t", operation, settled, routed)
		}
	}
}

// An update that is refused in part leaves routes to their services as they are: the next deployments have them, too.
func TestRefusedUpdateLeavesTheRoute(t *testing.T) {
	for operation, update := range map[string]func(c *course){
		"CreateRule": func(c *course) { c.change(func(g *gateway.Gateway) { g.Asked.TestHeader = header }) },
		"ModifyTargetGroup": func(c *course) {
			c.askFor("web", func(r *gateway.Route) {
				r.HealthCheck = &types.GatewayConnectorHealthCheck{HealthCheckPath: aws.String("/health")}
			})
		},
		"AuthorizeSecurityGroupIngress": func(c *course) { c.askFor("web", func(r *gateway.Route) { r.ContainerPort = 8080 }) },
	} {
		c := newCourse(t, func(g *gateway.Gateway) { g.Asked.TestHeader = nil })
		c.connect("web", 25, true)
		c.settle()
		update(c)
		refused := c.settleRefusing(func(s managedresource.Step) bool { return s.Op.Name == operation })
		if got := c.status("web"); refused == 0 || got != types.GatewayRouteStatusUpdateFailed {
			t.Errorf("%s: %d calls were refused, the route is %s", operation, refused, got)
		}
		if settled, routed := c.settled("web"); !settled || !routed {
			t.Errorf("%s: settled is %t, routed is %t", operation, settled, routed)
		}
	}
}

// A load balancer is never without a group that lets in who it serves: the rule of its own goes once the user's group is there, and the
// user's group goes once the rule is.
func TestRefusedChangeOfGroupsLeavesTheWayIn(t *testing.T) {
	for _, c := range []struct {
		before, after, operation string
		ingress                  int // with the one of the service
	}{
		{"", "sg-1", "SetSecurityGroups", 2},
		{"sg-1", "", "AuthorizeSecurityGroupIngress", 1},
	} {
		course := newCourse(t, func(g *gateway.Gateway) { g.Asked.InboundSecurityGroup = c.before })
		course.connect("web", 25, true)
		course.settle()
		course.world.Calls = nil
		course.change(func(g *gateway.Gateway) { g.Asked.InboundSecurityGroup = c.after })
		if refused := course.settleRefusing(func(s managedresource.Step) bool { return s.Op.Name == c.operation }); refused != 1 {
			t.Errorf("%s: %d calls were refused, want 1", c.operation, refused)
		}
		course.count(map[string]int{"ingress": c.ingress})
		if slices.Contains(course.world.Calls, "SetSecurityGroups") {
			t.Errorf("%s is refused, and the load balancer has other groups all the same", c.operation)
		}
		if settled, routed := course.settled("web"); !settled || !routed {
			t.Errorf("%s: settled is %t, routed is %t", c.operation, settled, routed)
		}
		course.change(func(*gateway.Gateway) {})
		course.settle()
		if got := course.gateway().Status(course.store.Read()); got != types.GatewayStatusUpdateComplete || !slices.Contains(course.world.Calls, "SetSecurityGroups") {
			t.Errorf("%s: tried again, the gateway is %s", c.operation, got)
		}
		course.connect("web", 25, false)
		course.settle()
		course.empty()
	}
}
