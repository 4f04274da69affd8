package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// eip has its address for an id, which Ref is (user guide), and is called by its allocation. Domain can only be vpc.
func eip() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::EIP",
		Refused:  []string{"Address", "IpamPoolId", "PublicIpv4Pool", "TransferAddress"},
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeAddressesOutput
			err := t.Call(operation("DescribeAddresses"), &sdk.DescribeAddressesInput{Filters: ownTags(t)}, &out)
			return foundIDs(out.Addresses, func(a types.Address) *string { return a.PublicIp }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.AllocateAddressInput{TagSpecifications: tagsFor(t, types.ResourceTypeElasticIp)}
			if err := t.Fill(&in, input.Skipped("InstanceId"), input.Skipped("Tags")); err != nil {
				return err
			}
			var out sdk.AllocateAddressOutput
			if err := t.Call(operation("AllocateAddress"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.PublicIp)
			return nil
		},
		Configure: associateAddress,
		Read: func(t *handler.Turn) (bool, error) {
			a, err := addressNow(t)
			if err != nil {
				return false, err
			}
			t.Set("PublicIp", a.PublicIp)
			t.Set("AllocationId", a.AllocationId)
			return true, nil
		},
		Update: associateAddress,
		Delete: func(t *handler.Turn) error {
			a, err := addressNow(t)
			if err != nil {
				return err
			}
			if err := disassociate(t, a); err != nil {
				return err
			}
			return t.Call(operation("ReleaseAddress"), &sdk.ReleaseAddressInput{AllocationId: a.AllocationId}, nil)
		},
		Tagging: tagging(func(t *handler.Turn) (string, error) {
			a, err := addressNow(t)
			if err != nil {
				return "", err
			}
			return aws.ToString(a.AllocationId), nil
		}),
	}
}

// associateAddress has the address be the instance's that the property names, or of none.
func associateAddress(t *handler.Turn) error {
	instance := t.Text("InstanceId")
	if instance == "" && t.Previous.TextOf("InstanceId") == "" {
		return nil
	}
	a, err := addressNow(t)
	if err != nil || a.InstanceId != nil && aws.ToString(a.InstanceId) == instance {
		return err
	}
	if instance == "" {
		return disassociate(t, a)
	}
	in := sdk.AssociateAddressInput{AllocationId: a.AllocationId, InstanceId: &instance, AllowReassociation: aws.Bool(true)}
	return t.Call(operation("AssociateAddress"), &in, nil)
}

// disassociate takes the address away from an instance that the resource itself has given it to.
func disassociate(t *handler.Turn, a *types.Address) error {
	of := t.Properties
	if t.Previous != nil {
		of = t.Previous
	}
	if a.AssociationId == nil || a.InstanceId == nil || aws.ToString(a.InstanceId) != of.TextOf("InstanceId") {
		return nil
	}
	err := t.Call(operation("DisassociateAddress"), &sdk.DisassociateAddressInput{AssociationId: a.AssociationId}, nil)
	if handler.IsGone(err) {
		return nil
	}
	return err
}

// addressNow is the address as EC2 has it; the error says if it is not there.
func addressNow(t *handler.Turn) (*types.Address, error) {
	var out sdk.DescribeAddressesOutput
	err := t.Call(operation("DescribeAddresses"), &sdk.DescribeAddressesInput{PublicIps: []string{t.ID}}, &out)
	if err == nil && len(out.Addresses) == 0 {
		err = handler.Failed(handler.NotFound, "Address '%s' not found.", t.ID)
	}
	if err != nil {
		return nil, err
	}
	return &out.Addresses[0], nil
}
