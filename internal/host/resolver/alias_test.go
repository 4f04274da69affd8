package resolver_test

import (
	"testing"
	"testing/synctest"

	"golang.org/x/net/dns/dnsmessage"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// An alias gets the addresses that a load balancer gets later, also by the name that begins with dualstack.
func TestAliasesFollowTheirLoadBalancer(t *testing.T) {
	inBubble(t, func(b *bench) {
		names := map[string]string{"plain": balancerDNS, "both": "dualstack." + balancerDNS}
		b.update(func(tx *store.Tx) {
			for id, target := range names {
				s := servicediscovery.ServiceARN(scope, "srv-"+id)
				ttl := int64(10)
				servicediscovery.PutService(tx, &servicediscovery.Service{
					ARN: s, NamespaceARN: namespace, Name: id, RoutingPolicy: types.RoutingPolicyWeighted,
					DNSRecords: []types.DnsRecord{{Type: types.RecordTypeA, TTL: &ttl}},
				})
				servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: s, ID: "1", Attributes: map[string]string{servicediscovery.AttributeAlias: target}})
			}
		})
		synctest.Wait()
		b.update(func(tx *store.Tx) {
			elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{
				Scope: scope, ARN: elbv2.NewLoadBalancerARN(scope, "application", "web"), Name: "web", DNSName: balancerDNS,
				Addresses: map[string]string{ownSubnet: "10.0.0.10"},
			})
		})
		synctest.Wait()
		for id := range names {
			if got := b.says(id+".shop.local.", dnsmessage.TypeA); got != "Success 10.0.0.10" {
				t.Errorf("alias %s: %q", id, got)
			}
		}
	})
}
