package routing

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// errNotYours is about network interfaces that AWS manages. Source: field reports; recorded
// answers, by which those of tasks cannot be changed.
var errNotYours = kit.Refuse("AuthFailure", "You do not have permission to access the specified resource.")

// AssociateAddress gives an Elastic IP address to an instance. It takes it from another one,
// unless the request forbids that; the address that the instance had before stays allocated.
// Source: EC2 API reference, AssociateAddress; field reports for the texts.
func (a *API) AssociateAddress(ctx context.Context, in *sdk.AssociateAddressInput) (*sdk.AssociateAddressOutput, error) {
	scope, out := kit.Scope(ctx), &sdk.AssociateAddressOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		row, err := namedAddress(tx, scope, in.AllocationId, in.PublicIp)
		if err != nil {
			return err
		}
		i, err := instanceToHave(tx, scope, in)
		if err != nil {
			return err
		}
		if ec2.AttachedInternetGateway(tx, scope, i.VPC) == nil {
			return kit.Refuse("Gateway.NotAttached", "Network %s is not attached to any internet gateway", i.VPC)
		}
		changed, err := associate(tx, row, i, in.AllowReassociation)
		if err != nil {
			return err
		}
		now := a.Clock()
		if before := i.ElasticIP(tx); before != nil && before.ID != row.ID {
			dissociate(tx, before, now)
		}
		if holder := row.Holder(tx); holder != nil && holder.ID != i.ID {
			dissociate(tx, row, now)
		}
		ec2.InstanceByKey(tx, i.Key()).EndPublicIP(tx, now) // what it has now, not what it had before
		ec2.Addresses.Put(tx, changed)
		i.SettlePublicIP(tx)
		out.AssociationId = &changed.Association
		return nil
	})
	return out, err
}

// associate is an address as an instance has it. A repeated request keeps the association;
// the reference says only that it is no error.
func associate(tx *store.Tx, row *ec2.Address, i *ec2.Instance, again *bool) (*ec2.Address, error) {
	nat, with := natGatewayWith(tx, row.Scope, row.ID)
	holder := row.Holder(tx)
	if holder != nil && holder.ID == i.ID {
		return row, nil
	}
	association := with.Association
	if holder != nil {
		association = row.Association
	}
	switch {
	case association != "" && again != nil && !*again:
		return nil, kit.Refuse("Resource.AlreadyAssociated", "resource %s is already associated with associate-id %s", row.ID, association)
	case nat != nil:
		return nil, errNotYours
	}
	changed := *row
	changed.Instance, changed.Association = i.ID, ec2.NewID("eipassoc-")
	return &changed, nil
}

// dissociate takes an address from the instance that has it, which gets another one where it
// had one of its own. Source: EC2 user guide, Elastic IP addresses.
func dissociate(tx *store.Tx, row *ec2.Address, now time.Time) {
	holder, changed := row.Holder(tx), *row
	changed.Instance, changed.Association = "", ""
	ec2.Addresses.Put(tx, &changed)
	holder.BeginPublicIP(tx, now)
}

// instanceToHave finds the instance that a request names, as such or by its network
// interface, which has one address.
func instanceToHave(tx *store.Tx, scope arn.Scope, in *sdk.AssociateAddressInput) (*ec2.Instance, error) {
	var i *ec2.Instance
	switch id, card := aws.ToString(in.InstanceId), aws.ToString(in.NetworkInterfaceId); {
	case id == "" && card == "": // the text is the emulator's
		return nil, kit.Refuse("MissingParameter", "Either instanceId or networkInterfaceId must be specified")
	case id != "" && card != "": // the text is the emulator's
		return nil, kit.Refuse("InvalidParameterCombination", "instanceId and networkInterfaceId may not be specified on the same request")
	case id != "":
		found, err := kit.NamedInstances(tx, scope, []string{id})
		if err != nil {
			return nil, err
		}
		i = found[0]
	default:
		var err error
		if i, err = instanceOf(tx, scope, card); err != nil {
			return nil, err
		}
	}
	switch now := i.State(); now {
	case types.InstanceStateNamePending, types.InstanceStateNameShuttingDown, types.InstanceStateNameTerminated:
		return nil, kit.Refuse("InvalidInstanceID", "The %s instance '%s' is not in a valid state for this operation.", now, i.ID)
	}
	if ip := aws.ToString(in.PrivateIpAddress); ip != "" && ip != i.PrivateIP { // the text is the emulator's
		return nil, kit.Refuse("InvalidParameterValue", "Address %s is not assigned to the interface %s", ip, *kit.InterfaceID(i))
	}
	return i, nil
}

// instanceOf finds the instance that has a network interface.
func instanceOf(tx *store.Tx, scope arn.Scope, card string) (*ec2.Instance, error) {
	for _, i := range ec2.Instances(tx, scope) {
		if i.State() != types.InstanceStateNameTerminated && *kit.InterfaceID(i) == card {
			return i, nil
		}
	}
	isTasks := func(t *state.Task) bool {
		return t.Scope() == scope && kit.HasNetworkInterface(t) && t.Status.Attachment.NetworkID == card
	}
	isOwned := func(o ec2.OwnedInterface) bool { return o.ID == card }
	if slices.ContainsFunc(state.AllTasks(tx), isTasks) || slices.ContainsFunc(ec2.OwnedInterfaces(tx, scope), isOwned) {
		return nil, errNotYours
	}
	return nil, kit.Missing("eni-")(card)
}

// DisassociateAddress takes an address from the instance that has it. NAT gateways keep
// theirs. One that nothing has stays so. Source: EC2 API reference, DisassociateAddress;
// field reports for the refusal.
func (a *API) DisassociateAddress(ctx context.Context, in *sdk.DisassociateAddressInput) (*sdk.DisassociateAddressOutput, error) {
	scope := kit.Scope(ctx)
	err := a.Store.Update(func(tx *store.Tx) error {
		row, err := addressToFree(tx, scope, in)
		if err != nil {
			return err
		}
		if n, _ := natGatewayWith(tx, scope, row.ID); n != nil {
			return errNotYours
		}
		if row.Holder(tx) != nil {
			dissociate(tx, row, a.Clock())
		}
		return nil
	})
	return &sdk.DisassociateAddressOutput{}, err
}

// addressToFree finds the address that a request names, by its association or as such.
func addressToFree(tx *store.Tx, scope arn.Scope, in *sdk.DisassociateAddressInput) (*ec2.Address, error) {
	id := aws.ToString(in.AssociationId)
	if id == "" && aws.ToString(in.PublicIp) == "" {
		return nil, kit.MissingParameter("associationId")
	}
	if id == "" {
		return namedAddress(tx, scope, nil, in.PublicIp)
	}
	for _, row := range ec2.Addresses.List(tx, scope) {
		if n, with := natGatewayWith(tx, scope, row.ID); n != nil && with.Association == id || row.Holder(tx) != nil && row.Association == id {
			return row, nil
		}
	}
	return nil, noAssociation(id)
}
