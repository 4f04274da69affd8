package resolver_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

// The endpoint of an Express gateway service is there while the load balancer has its rule: in its VPC, and on the host if it is public.
func TestEndpoints(t *testing.T) {
	const (
		token = "0123456789abcdef0123456789abcdef"
		other = "fedcba9876543210fedcba9876543210"
		open  = "open-" + token + ".ecs.us-east-1.on.aws."
		shut  = "shut-" + other + ".ecs.us-east-1.on.aws."
		none  = "NameError SOA of ecs.us-east-1.on.aws."
	)
	inBubble(t, func(b *bench) {
		in := func(vpc string, kinds ...string) {
			t.Helper()
			synctest.Wait()
			if has := b.hasIn(vpc); !slices.Equal(has, kinds) {
				t.Errorf("the resolver of %s has %q, not %q", vpc, has, kinds)
			}
		}
		says := func(name, want string) {
			t.Helper()
			if got := b.says(name, dnsmessage.TypeA); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		service := func(name, token string, public bool) *express.Service {
			return &express.Service{
				ARN: scope.Service("default", name), Scope: scope, Cluster: "default", Name: name, Token: token, Set: "express-set/" + name,
				Network: express.Network{VPC: ec2network.DefaultVPC, Public: public},
			}
		}
		both := []*express.Service{service("open", token, true), service("shut", other, false)}
		web := elbv2.NewLoadBalancerARN(scope, "application", "web")
		if _, err := b.engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: ownVPC, Resolver: true}); err != nil {
			t.Fatal(err)
		}
		b.Wake(ownVPC)
		b.update(func(tx *store.Tx) {
			ec2network.PutVPC(tx, &ec2network.VPC{Scope: scope, ID: ownVPC, CIDR: "10.0.0.0/16", DNSSupport: true, DNSHostnames: true})
			for _, s := range both {
				express.Put(tx, s)
				express.PutResource(tx, &express.Resource{Owner: s.Set, Kind: express.LoadBalancer, ID: web})
			}
		})
		in(ec2network.DefaultVPC, "name", "zone")
		says(open, none)

		b.update(func(tx *store.Tx) {
			for _, s := range both {
				express.PutResource(tx, &express.Resource{Owner: s.ARN, Kind: express.Rule, ID: "rule"})
			}
		})
		in(ec2network.DefaultVPC, "name", "name", "name", "zone", "zone")
		in(ownVPC)
		says(open, none) // the load balancer has no address yet
		b.update(func(tx *store.Tx) {
			elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{Scope: scope, ARN: web, Name: "web", DNSName: balancerDNS, Addresses: map[string]string{ownSubnet: "10.0.0.10"}})
		})
		synctest.Wait()
		says(open, "Success 10.0.0.10")
		says("OPEN-"+token+".ecs.us-east-1.on.aws.", "Success 10.0.0.10")
		says(shut, none)
		says("shut-"+token+".ecs.us-east-1.on.aws.", none)
		says("open-"+token+".ecs.eu-west-1.on.aws.", "NameError SOA of ecs.eu-west-1.on.aws.")
		says("ecs.us-east-1.on.aws.", "Success SOA of ecs.us-east-1.on.aws.")
		says("lambda-url.us-east-1.on.aws.", "refused")

		b.engine.lose(true) // and when it is connected again it knows them still
		time.Sleep(time.Second)
		b.engine.lose(false)
		time.Sleep(time.Minute)
		in(ec2network.DefaultVPC, "name", "name", "name", "zone", "zone")

		b.update(func(tx *store.Tx) {
			for _, s := range both {
				express.RemoveResource(tx, &express.Resource{Owner: s.ARN, Kind: express.Rule})
			}
		})
		in(ec2network.DefaultVPC, "name", "zone", "zone") // the domain stays
		says(open, none)
	})
}
