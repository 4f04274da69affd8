package ec2

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var internetGateways = store.NewTable("ec2-internet-gateway", func(g *InternetGateway) string { return instanceKey(g.Scope, g.ID) })

// InternetGateway is kept without effect on traffic. Its handlers write every field.
type InternetGateway struct {
	Scope arn.Scope
	ID    string // igw-…
	VPC   string // that it is attached to; or empty
}

func defaultInternetGateway(scope arn.Scope) *InternetGateway {
	return &InternetGateway{Scope: scope, ID: "igw-" + digits(ec2network.DefaultVPC), VPC: ec2network.DefaultVPC}
}

// InternetGateways returns those of an account and region, by id.
func InternetGateways(tx *store.Tx, scope arn.Scope) []*InternetGateway {
	all := internetGateways.List(tx, scope.Prefix())
	if slices.Contains(implied(tx, scope), ec2network.DefaultVPC) {
		all = append(slices.Clip(all), defaultInternetGateway(scope))
	}
	return sorted(all, func(g *InternetGateway) string { return g.ID })
}

// FindInternetGateway returns an internet gateway, or nil.
func FindInternetGateway(tx *store.Tx, scope arn.Scope, id string) *InternetGateway {
	return first(InternetGateways(tx, scope), func(g *InternetGateway) bool { return g.ID == id })
}

// AttachedInternetGateway returns that of a VPC, or nil.
func AttachedInternetGateway(tx *store.Tx, scope arn.Scope, vpc string) *InternetGateway {
	return first(InternetGateways(tx, scope), func(g *InternetGateway) bool { return g.VPC == vpc })
}

// first returns the first row of which something holds, or nil.
func first[T any](all []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return nil
}

func PutInternetGateway(tx *store.Tx, g *InternetGateway) {
	keepDefault(tx, g)
	internetGateways.Put(tx, g)
}

// DeleteInternetGateway removes an internet gateway with its tags.
func DeleteInternetGateway(tx *store.Tx, g *InternetGateway) {
	keepDefault(tx, g)
	internetGateways.Delete(tx, g)
	ec2network.SetTags(tx, g.Scope, g.ID, nil)
}

func keepDefault(tx *store.Tx, g *InternetGateway) {
	if g.ID == defaultInternetGateway(g.Scope).ID {
		storeDefaults(tx, g.Scope, ec2network.DefaultVPC)
	}
}
