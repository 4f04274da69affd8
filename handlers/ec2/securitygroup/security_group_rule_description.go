package securitygroup

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// redescription is a request that rules, by their ids or as permissions, be described in
// other words. A description that is left out is removed. Source: EC2 API reference,
// UpdateSecurityGroupRuleDescriptionsIngress.
type redescription struct {
	groupID, groupName *string
	egress             bool
	permissions        []types.IpPermission
	byID               []types.SecurityGroupRuleDescription
	dryRun             *bool
}

// UpdateSecurityGroupRuleDescriptionsIngress describes rules about what comes in.
func (a *API) UpdateSecurityGroupRuleDescriptionsIngress(ctx context.Context, in *sdk.UpdateSecurityGroupRuleDescriptionsIngressInput) (*sdk.UpdateSecurityGroupRuleDescriptionsIngressOutput, error) {
	err := a.redescribe(ctx, redescription{in.GroupId, in.GroupName, false, in.IpPermissions, in.SecurityGroupRuleDescriptions, in.DryRun})
	return &sdk.UpdateSecurityGroupRuleDescriptionsIngressOutput{Return: aws.Bool(true)}, err
}

// UpdateSecurityGroupRuleDescriptionsEgress describes rules about what goes out.
func (a *API) UpdateSecurityGroupRuleDescriptionsEgress(ctx context.Context, in *sdk.UpdateSecurityGroupRuleDescriptionsEgressInput) (*sdk.UpdateSecurityGroupRuleDescriptionsEgressOutput, error) {
	err := a.redescribe(ctx, redescription{in.GroupId, in.GroupName, true, in.IpPermissions, in.SecurityGroupRuleDescriptions, in.DryRun})
	return &sdk.UpdateSecurityGroupRuleDescriptionsEgressOutput{Return: aws.Bool(true)}, err
}

func (a *API) redescribe(ctx context.Context, asked redescription) error {
	if (len(asked.permissions) > 0) == (len(asked.byID) > 0) {
		return kit.Refuse("MissingParameter", "Either ipPermissions or securityGroupRuleDescriptions should be provided.") // the text is the emulator's
	}
	return a.changeGroup(ctx, asked.groupID, asked.groupName, asked.dryRun, func(tx *store.Tx, g *ec2network.SecurityGroup) error {
		return a.setDescriptions(tx, g, asked)
	})
}

func (a *API) setDescriptions(tx *store.Tx, g *ec2network.SecurityGroup, asked redescription) error {
	for _, d := range asked.byID {
		id := aws.ToString(d.SecurityGroupRuleId)
		i := slices.IndexFunc(g.Rules, func(r ec2network.SecurityGroupRule) bool { return r.ID == id && r.Egress == asked.egress })
		if i < 0 {
			return kit.Missing("sgr-")(id)
		}
		if err := checkRuleDescription(aws.ToString(d.Description)); err != nil {
			return err
		}
		g.Rules[i].Description = aws.ToString(d.Description)
	}
	rules, err := a.rulesFrom(tx, g, asked.egress, asked.permissions)
	if err != nil {
		return err
	}
	for _, r := range rules {
		i := slices.IndexFunc(g.Rules, r.Same)
		if i < 0 {
			return kit.Refuse("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		g.Rules[i].Description = r.Description
	}
	return nil
}
