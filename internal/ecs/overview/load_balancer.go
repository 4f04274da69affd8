package overview

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// readLoadBalancers reads all, or of one cluster those of its services.
func readLoadBalancers(tx *store.Tx, services []Service, o Options) []LoadBalancer {
	shown, wanted := []LoadBalancer{}, map[string]bool{}
	for _, s := range services {
		for _, g := range s.TargetGroups {
			for _, arn := range elbv2.InUse(tx, g.ARN) {
				wanted[arn] = true
			}
		}
	}
	var local map[string][]string
	for _, b := range elbv2.AllLoadBalancers(tx) {
		if o.Cluster != "" && !wanted[b.ARN] {
			continue
		}
		if local == nil && o.LocalAddresses != nil {
			local = o.LocalAddresses()
		}
		shown = append(shown, readLoadBalancer(tx, b, local))
	}
	return shown
}

func readLoadBalancer(tx *store.Tx, b *elbv2.LoadBalancer, local map[string][]string) LoadBalancer {
	shown := LoadBalancer{
		ARN: b.ARN, Name: b.Name, Type: string(b.Type), Scheme: string(b.Scheme),
		State:       string(cmp.Or(b.State, types.LoadBalancerStateEnumProvisioning)),
		StateReason: b.StateReason, DNSName: b.DNSName, Listeners: []Listener{},
	}
	for _, l := range elbv2.LoadBalancerListeners(tx, b.ARN) {
		shown.Listeners = append(shown.Listeners, Listener{
			ARN: l.ARN, Protocol: string(l.Protocol), Port: int(l.Port), LocalAddresses: append([]string{}, local[l.ARN]...),
		})
	}
	sorting.By(shown.Listeners, func(x, y Listener) int { return cmp.Or(cmp.Compare(x.Port, y.Port), cmp.Compare(x.ARN, y.ARN)) })
	return shown
}
