package routing

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// What requests name by associations and addresses; an empty id is of none that is there.

func associatedAddress(tx *store.Tx, scope arn.Scope, in *sdk.AssociateAddressInput) string {
	return idOfAddress(namedAddress(tx, scope, in.AllocationId, in.PublicIp))
}

func releasedAddress(tx *store.Tx, scope arn.Scope, in *sdk.ReleaseAddressInput) string {
	return idOfAddress(namedAddress(tx, scope, in.AllocationId, in.PublicIp))
}

func freedAddress(tx *store.Tx, scope arn.Scope, in *sdk.DisassociateAddressInput) string {
	return idOfAddress(addressToFree(tx, scope, in))
}

func idOfAddress(a *ec2.Address, err error) string {
	if err != nil {
		return ""
	}
	return a.ID
}

func associatedTable(tx *store.Tx, scope arn.Scope, in *sdk.DisassociateRouteTableInput) string {
	t, _, err := associationOf(tx, scope, in.AssociationId)
	if err != nil {
		return ""
	}
	return t.ID
}

func associatedSubnet(tx *store.Tx, scope arn.Scope, in *sdk.ReplaceNetworkAclAssociationInput) string {
	for _, n := range ec2.NetworkACLs.List(tx, scope) {
		for _, a := range ec2.NetworkACLAssociations(tx, n) {
			if a.ID == aws.ToString(in.AssociationId) {
				return a.Subnet
			}
		}
	}
	return ""
}
