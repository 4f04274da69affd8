package ec2

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// securityGroup is of groups whose physical id is their id or, without VpcId, their name. Source: the attribute Id in AWS's
// schema, which is "the group name or group ID depending on whether the SG is created in default or specific VPC".
func securityGroup() *handler.Type {
	return &handler.Type{
		Name:     "AWS::EC2::SecurityGroup",
		Naming:   handler.Naming{Property: "GroupName"},
		Identity: handler.ByName,
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			vpc, err := vpcOfGroup(t)
			if err != nil {
				return nil, err
			}
			var out sdk.DescribeSecurityGroupsOutput
			ask := sdk.DescribeSecurityGroupsInput{Filters: []types.Filter{filter("group-name", t.Name), filter("vpc-id", vpc)}}
			if err := t.Call(operation("DescribeSecurityGroups"), &ask, &out); err != nil {
				return nil, err
			}
			for _, g := range out.SecurityGroups {
				list = append(list, handler.Found{ID: refOf(t, aws.ToString(g.GroupId)), Tags: handler.ReadTags(g.Tags, pair)})
			}
			return list, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateSecurityGroupInput{
				GroupName: &t.Name, Description: wish(t.Text("GroupDescription")), VpcId: wish(t.Text("VpcId")),
				TagSpecifications: tagsFor(t, types.ResourceTypeSecurityGroup),
			}
			var out sdk.CreateSecurityGroupOutput
			if err := t.Call(operation("CreateSecurityGroup"), &in, &out); err != nil {
				return err
			}
			t.Set("GroupId", out.GroupId)
			t.ID = refOf(t, aws.ToString(out.GroupId))
			return nil
		},
		Configure: func(t *handler.Turn) error { return changeRules(t, nil) },
		Read: func(t *handler.Turn) (bool, error) {
			vpc, err := vpcOfGroup(t)
			if err != nil {
				return false, err
			}
			group, err := groupOf(t)
			if err != nil {
				return false, err
			}
			t.Set("Id", &t.ID)
			t.Set("GroupId", &group)
			t.Set("VpcId", &vpc)
			return true, nil
		},
		Update: func(t *handler.Turn) error { return changeRules(t, t.Previous) },
		Delete: func(t *handler.Turn) error {
			group, err := groupOf(t)
			if err != nil {
				return err
			}
			return t.Call(operation("DeleteSecurityGroup"), &sdk.DeleteSecurityGroupInput{GroupId: &group}, nil)
		},
		Tagging: tagging(groupOf),
	}
}

// refOf is the physical id of the group that has an id.
func refOf(t *handler.Turn, id string) string {
	if id == "" || t.Text("VpcId") != "" {
		return id
	}
	return t.Name
}

// groupOf is the id of the group itself.
func groupOf(t *handler.Turn) (string, error) {
	if strings.HasPrefix(t.ID, "sg-") { // which no name begins with
		return t.ID, nil
	}
	if id := t.Attribute("GroupId"); id != "" {
		return id, nil
	}
	return groupNamed(t, t.ID)
}

// vpcOfGroup is the VPC that the property names, or the default one.
func vpcOfGroup(t *handler.Turn) (string, error) {
	if vpc := t.Text("VpcId"); vpc != "" {
		return vpc, nil
	}
	if vpc := t.Attribute("VpcId"); vpc != "" {
		return vpc, nil
	}
	return defaultVPC(t)
}

func defaultVPC(t *handler.Turn) (string, error) {
	var out sdk.DescribeVpcsOutput
	ask := sdk.DescribeVpcsInput{Filters: []types.Filter{filter("is-default", "true")}}
	if err := t.Call(operation("DescribeVpcs"), &ask, &out); err != nil {
		return "", err
	}
	if len(out.Vpcs) == 0 {
		return "", handler.Failed(handler.InvalidRequest, "No default VPC for this user") // EC2's own text for groups without one
	}
	return aws.ToString(out.Vpcs[0].VpcId), nil
}

// changeRules has a group have the rules of its properties beside those that others have made: what the properties were before, and
// are not any more, goes. A group without SecurityGroupEgress lets everything out, as a new one does; that this comes back
// when the property goes is a guess. Source: user guide, AWS::EC2::SecurityGroup.
func changeRules(t *handler.Turn, previous *document.Value) error {
	group, err := groupOf(t)
	if err != nil {
		return err
	}
	have, err := rulesOf(t, group)
	if err != nil {
		return err
	}
	for _, egress := range []bool{true, false} {
		want, err := inlineRules(t, t.Properties, egress)
		if err != nil {
			return err
		}
		before, err := inlineRules(t, previous, egress)
		if err != nil {
			return err
		}
		if err := replaceRules(t, group, have, before, want, egress); err != nil {
			return err
		}
	}
	return nil
}

func replaceRules(t *handler.Turn, group string, have []types.SecurityGroupRule, before, want []permission, egress bool) error {
	var gone []string
	for _, h := range have {
		if r := ruleFrom(h); r.egress == egress && contains(before, r) && !contains(want, r) {
			gone = append(gone, aws.ToString(h.SecurityGroupRuleId))
		}
	}
	if len(gone) > 0 {
		if err := revoke(t, group, gone, egress); err != nil {
			return err
		}
	}
	for _, w := range want {
		id, described := idOf(have, w)
		switch {
		case id == "":
			if _, err := authorize(t, group, w); err != nil {
				return err
			}
		case described != w.description && contains(before, w):
			if err := describe(t, group, id, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// inlineRules are the rules of a group's own property, or those that come with a new group.
func inlineRules(t *handler.Turn, properties *document.Value, egress bool) (list []permission, err error) {
	property := "SecurityGroupIngress"
	if egress {
		property = "SecurityGroupEgress"
	}
	if v := properties.Get(property); v != nil {
		for _, item := range v.Items {
			r, err := ruleOf(t, item, egress)
			if err != nil {
				return nil, err
			}
			list = append(list, r)
		}
	}
	if egress && len(list) == 0 {
		list = []permission{{egress: true, protocol: "-1", from: -1, to: -1, cidr: "0.0.0.0/0"}}
	}
	return list, nil
}
