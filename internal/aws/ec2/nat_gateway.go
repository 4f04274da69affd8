package ec2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// NATGateways are all of them, for as long as they are shown.
var NATGateways = ec2network.NewRows("ec2-nat-gateway", func(g *NATGateway) (arn.Scope, string) { return g.Scope, g.ID })

var goneNATGateways = NATGateways.Table.Ages((*NATGateway).goneAt)

// NATGateway is kept without effect on traffic. Its handlers write every field; its states
// follow from the time.
type NATGateway struct {
	Scope       arn.Scope
	ID          string // nat-…
	VPC, Subnet string
	Type        types.ConnectivityType
	CreatedAt   time.Time
	// Failure is why it could not be made; or nil.
	Failure *Error
	// DeletedAt is when its deletion was requested; or zero.
	DeletedAt time.Time
	Interface string       // eni-…
	Addresses []NATAddress // the primary one first
}

// NATAddress is an address of a NAT gateway: of a private one without what is public.
type NATAddress struct {
	PrivateIP                         string
	Allocation, Association, PublicIP string
}

// NATDelays is how long the ways between states take.
type NATDelays struct{ Create, Delete time.Duration }

// State is the state of a NAT gateway at a time. Source: VPC user guide, NAT gateway states.
func (g *NATGateway) State(now time.Time, delays NATDelays) types.NatGatewayState {
	switch {
	case !g.DeletedAt.IsZero() && now.Before(g.DeletedAt.Add(delays.Delete)):
		return types.NatGatewayStateDeleting
	case !g.DeletedAt.IsZero():
		return types.NatGatewayStateDeleted
	case now.Before(g.CreatedAt.Add(delays.Create)):
		return types.NatGatewayStatePending
	case g.Failure != nil:
		return types.NatGatewayStateFailed
	}
	return types.NatGatewayStateAvailable
}

// Lives reports whether it has its addresses: until its deletion is requested.
func (g *NATGateway) Lives() bool { return g.Failure == nil && g.DeletedAt.IsZero() }

// goneAt is zero for one that is to stay.
func (g *NATGateway) goneAt() time.Time {
	if g.DeletedAt.IsZero() && g.Failure != nil {
		return g.CreatedAt
	}
	return g.DeletedAt
}

// NATGatewayShown is how long a NAT gateway is shown that was deleted or has failed. Source:
// VPC user guide, NAT gateways: about an hour.
const NATGatewayShown = time.Hour

// ForgetNATGateways removes those that were deleted, or failed, before a time, with their
// tags.
func ForgetNATGateways(tx *store.Tx, before time.Time) {
	for _, g := range goneNATGateways.Before(tx, before) {
		NATGateways.Delete(tx, g)
	}
}
