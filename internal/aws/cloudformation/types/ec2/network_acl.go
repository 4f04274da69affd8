package ec2

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func networkACL() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::NetworkAcl",
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			list, err := networkACLs(t, ownTags(t)...)
			return foundIDs(list, func(l types.NetworkAcl) *string { return l.NetworkAclId }), err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateNetworkAclInput{VpcId: wish(t.Text("VpcId")), ClientToken: t.Token(), TagSpecifications: tagsFor(t, types.ResourceTypeNetworkAcl)}
			out := sdk.CreateNetworkAclOutput{NetworkAcl: &types.NetworkAcl{}}
			if err := t.Call(operation("CreateNetworkAcl"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.NetworkAcl.NetworkAclId)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteNetworkAcl"), &sdk.DeleteNetworkAclInput{NetworkAclId: &t.ID}, nil)
		},
		Tagging: tagging(physicalID),
	}
}

func networkACLs(t *handler.Turn, filters ...types.Filter) ([]types.NetworkAcl, error) {
	var out sdk.DescribeNetworkAclsOutput
	err := t.Call(operation("DescribeNetworkAcls"), &sdk.DescribeNetworkAclsInput{Filters: filters}, &out)
	return out.NetworkAcls, err
}

// networkACLEntry has ACL|NUMBER|EGRESS for an id: which AWS has is not known.
func networkACLEntry() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::NetworkAclEntry",
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			lists, err := networkACLs(t, filter("network-acl-id", t.Text("NetworkAclId")))
			if err != nil {
				return nil, err
			}
			for _, l := range lists {
				for _, e := range l.Entries {
					if strconv.Itoa(int(aws.ToInt32(e.RuleNumber))) == t.Text("RuleNumber") && aws.ToBool(e.Egress) == isEgress(t) {
						list = append(list, handler.Found{ID: entryID(t)})
					}
				}
			}
			return list, nil
		},
		Create: func(t *handler.Turn) error {
			if len(t.Known) > 0 { // EC2 takes the same entry twice
				return alreadyThere("AWS::EC2::NetworkAclEntry", entryID(t))
			}
			in := sdk.CreateNetworkAclEntryInput{Egress: aws.Bool(false)}
			if err := t.Fill(&in, input.Renamed("Icmp", "IcmpTypeCode")); err != nil {
				return err
			}
			if err := t.Call(operation("CreateNetworkAclEntry"), &in, nil); err != nil {
				return err
			}
			t.ID = entryID(t)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			in := sdk.ReplaceNetworkAclEntryInput{Egress: aws.Bool(false)}
			if err := t.Fill(&in, input.Renamed("Icmp", "IcmpTypeCode")); err != nil {
				return err
			}
			return t.Call(operation("ReplaceNetworkAclEntry"), &in, nil)
		},
		Delete: func(t *handler.Turn) error {
			in := sdk.DeleteNetworkAclEntryInput{Egress: aws.Bool(isEgress(t)), NetworkAclId: wish(t.Text("NetworkAclId"))}
			if number, err := strconv.ParseInt(t.Text("RuleNumber"), 10, 32); err == nil {
				in.RuleNumber = aws.Int32(int32(number))
			}
			return t.Call(operation("DeleteNetworkAclEntry"), &in, nil)
		},
	}
}

func isEgress(t *handler.Turn) bool { return t.Text("Egress") == "true" }

func entryID(t *handler.Turn) string {
	return t.Text("NetworkAclId") + "|" + t.Text("RuleNumber") + "|" + strconv.FormatBool(isEgress(t))
}

// subnetNetworkACLAssociation replaces the association that each subnet has, and at its end gives the subnet the VPC's default one
// again. Source: user guide, AWS::EC2::SubnetNetworkAclAssociation; VPC user guide, network ACLs.
func subnetNetworkACLAssociation() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::SubnetNetworkAclAssociation",
		Identity: handler.ByTags, // what is there before is not the stack's; there are no tags
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			l, a, err := associationNow(t)
			if err != nil || a == nil || aws.ToString(l.NetworkAclId) != t.Text("NetworkAclId") {
				return nil, err
			}
			return []handler.Found{{ID: aws.ToString(a.NetworkAclAssociationId)}}, nil
		},
		Create: func(t *handler.Turn) error {
			_, now, err := associationNow(t)
			if err != nil {
				return err
			}
			if now == nil {
				return handler.Failed(handler.NotFound, "The subnet ID '%s' does not exist", t.Text("SubnetId"))
			}
			t.ID, err = replaceAssociation(t, now, t.Text("NetworkAclId"))
			return err
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("AssociationId", &t.ID)
			return true, nil
		},
		Delete: func(t *handler.Turn) error {
			l, now, err := associationNow(t)
			if err != nil || now == nil || aws.ToString(now.NetworkAclAssociationId) != t.ID {
				return err
			}
			defaults, err := networkACLs(t, filter("vpc-id", aws.ToString(l.VpcId)), filter("default", "true"))
			if err != nil || len(defaults) == 0 {
				return err
			}
			_, err = replaceAssociation(t, now, aws.ToString(defaults[0].NetworkAclId))
			return err
		},
	}
}

// associationNow is the association that the subnet has, and the network ACL; nil: there is no such subnet.
func associationNow(t *handler.Turn) (*types.NetworkAcl, *types.NetworkAclAssociation, error) {
	lists, err := networkACLs(t, filter("association.subnet-id", t.Text("SubnetId")))
	if err != nil {
		return nil, nil, err
	}
	for i := range lists {
		for j := range lists[i].Associations {
			if a := &lists[i].Associations[j]; aws.ToString(a.SubnetId) == t.Text("SubnetId") {
				return &lists[i], a, nil
			}
		}
	}
	return nil, nil, nil
}

func replaceAssociation(t *handler.Turn, now *types.NetworkAclAssociation, with string) (id string, err error) {
	in := sdk.ReplaceNetworkAclAssociationInput{AssociationId: now.NetworkAclAssociationId, NetworkAclId: &with}
	var out sdk.ReplaceNetworkAclAssociationOutput
	err = t.Call(operation("ReplaceNetworkAclAssociation"), &in, &out)
	return aws.ToString(out.NewAssociationId), err
}
