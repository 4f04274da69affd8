package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func eipAssociation() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::EIPAssociation",
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			var in sdk.DescribeAddressesInput
			if allocation := t.Text("AllocationId"); allocation != "" {
				in.AllocationIds = []string{allocation}
			} else {
				in.PublicIps = []string{t.Text("EIP")}
			}
			var out sdk.DescribeAddressesOutput
			if err := t.Call(operation("DescribeAddresses"), &in, &out); handler.IsGone(err) {
				return nil, nil
			} else if err != nil {
				return nil, err
			}
			for _, a := range out.Addresses {
				instance, eni := t.Text("InstanceId"), t.Text("NetworkInterfaceId")
				if a.AssociationId != nil && (aws.ToString(a.InstanceId) == instance && instance != "" || aws.ToString(a.NetworkInterfaceId) == eni && eni != "") {
					list = append(list, handler.Found{ID: aws.ToString(a.AssociationId)})
				}
			}
			return list, nil
		},
		Create: func(t *handler.Turn) error {
			if len(t.Known) > 0 { // EC2 takes the same association twice
				return alreadyThere("AWS::EC2::EIPAssociation", t.Known[0])
			}
			var in sdk.AssociateAddressInput
			if err := t.Fill(&in, input.Renamed("EIP", "PublicIp")); err != nil {
				return err
			}
			var out sdk.AssociateAddressOutput
			if err := t.Call(operation("AssociateAddress"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.AssociationId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DisassociateAddress"), &sdk.DisassociateAddressInput{AssociationId: &t.ID}, nil)
		},
	}
}
