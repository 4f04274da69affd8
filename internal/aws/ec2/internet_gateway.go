package ec2

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var internetGateways = ec2network.NewRows("ec2-internet-gateway", func(g *InternetGateway) (arn.Scope, string) { return g.Scope, g.ID })

// InternetGateways are all of them, also the ones of default VPCs.
var InternetGateways = internetGateways.With(ec2network.Unstored[*InternetGateway]{
	List: func(tx *store.Tx, scope arn.Scope) []*InternetGateway {
		if slices.Contains(implied(tx, scope), ec2network.DefaultVPC) {
			return []*InternetGateway{defaultInternetGateway(scope)}
		}
		return nil
	},
	Keep: func(tx *store.Tx, g *InternetGateway) {
		if g.ID == defaultInternetGateway(g.Scope).ID {
			storeDefaults(tx, g.Scope, ec2network.DefaultVPC)
		}
	},
})

// InternetGateway is kept without effect on traffic. Its handlers write every field.
type InternetGateway struct {
	Scope arn.Scope
	ID    string // igw-…
	VPC   string // that it is attached to; or empty
}

func defaultInternetGateway(scope arn.Scope) *InternetGateway {
	return &InternetGateway{Scope: scope, ID: "igw-" + digits(ec2network.DefaultVPC), VPC: ec2network.DefaultVPC}
}

// AttachedInternetGateway returns that of a VPC, or nil.
func AttachedInternetGateway(tx *store.Tx, scope arn.Scope, vpc string) *InternetGateway {
	return ec2network.First(InternetGateways.List(tx, scope), func(g *InternetGateway) bool { return g.VPC == vpc })
}
