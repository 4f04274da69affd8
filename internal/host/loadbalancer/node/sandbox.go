package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// mostTries bounds how many sandboxes are made until one has its address.
const mostTries = 10

// makeSandbox makes one with the address that the load balancer has had, or tries one subnet after
// the other: one may be full.
func (b *node) makeSandbox(ctx context.Context, row *elbv2.LoadBalancer) (made backend.Container, err error) {
	zones := slices.Clone(row.Zones)
	sorting.By(zones, func(x, y elbv2.Zone) int {
		return cmp.Compare(len(row.Addresses[y.Subnet]), len(row.Addresses[x.Subnet]))
	})
	for _, zone := range zones {
		made, err = b.trySandbox(ctx, row, zone.Subnet)
		if backend.Missing(err, backend.KindNetwork) { // it was removed from the engine
			b.nodes.Networks.Forget()
			made, err = b.trySandbox(ctx, row, zone.Subnet)
		}
		if !errors.Is(err, backend.ErrSubnetFull) {
			return made, err
		}
	}
	return made, err
}

func (b *node) trySandbox(ctx context.Context, row *elbv2.LoadBalancer, subnet string) (made backend.Container, err error) {
	h := b.nodes
	network, part, err := h.Networks.OfSubnet(ctx, row.Scope, subnet)
	if err != nil {
		return made, err
	}
	labels := b.labels()
	labels[labelSubnet] = subnet
	spec := backend.SandboxSpec{
		Name: b.name("load-balancer"), Network: network.Name, Subnet: part, Labels: labels, Balances: row.Type == elb.LoadBalancerTypeEnumNetwork,
	}
	if had, err := netip.ParseAddr(row.Addresses[subnet]); err == nil && b.keep(ctx, network.Name, had) == nil {
		spec.IP = had
	}
	if vpc.Of(h.Store.Read(), row.Scope, subnet).DNSSupport {
		spec.Aliases = aliases(row.DNSName)
	}
	for range mostTries {
		if made, err = h.Engine.CreateSandbox(ctx, spec); spec.IP.IsValid() && errors.Is(err, backend.ErrAddressInUse) {
			spec.IP = netip.Addr{}
			continue
		}
		if err != nil {
			return made, fmt.Errorf("make the network interface of the load balancer: %w", err)
		}
		b.is(made, "", false)
		var seen backend.Container
		if seen, err = h.Engine.StartSandbox(ctx, made.ID); err == nil {
			made.StartedAt = seen.StartedAt
			b.is(made, "", false)
			return made, errors.Join(b.keep(ctx, network.Name, made.IP), b.joinAnew(ctx, row, made))
		}
		spec.IP = netip.Addr{}
		if removed := b.discard(ctx, made.ID, ""); removed != nil || !errors.Is(err, backend.ErrAddressInUse) {
			return made, errors.Join(err, removed)
		}
	}
	return made, err
}

// aliases are the ways to write a DNS name: engines tell capitals apart.
func aliases(name string) []string {
	if lower := strings.ToLower(name); lower != name {
		return []string{name, lower}
	}
	return []string{name}
}

// joinAnew has a sandbox that has just begun let pass what it shall.
func (b *node) joinAnew(ctx context.Context, row *elbv2.LoadBalancer, made backend.Container) error {
	all := b.nodes.Interfaces
	all.Join(b.nodes.Networks, b.arn, row.Scope, row.SecurityGroups, made.IP)
	return all.Started(ctx, b.arn, made)
}

// join has a sandbox that runs let pass what it shall: it may have other groups by now.
func (b *node) join(ctx context.Context, row *elbv2.LoadBalancer, made backend.Container) error {
	all := b.nodes.Interfaces
	all.Join(b.nodes.Networks, b.arn, row.Scope, row.SecurityGroups, made.IP)
	all.Found(b.arn, made)
	return all.Ready(ctx, b.arn)
}
