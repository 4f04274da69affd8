package securitygroup

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Access is what the operations ask.
func (a *API) Access() awsapi.Rows {
	const (
		group = "security-group/{GroupId|*}"
		list  = "prefix-list/{PrefixListId}"
	)
	// Rules are asked for where the request tags them.
	authorize := awsapi.On("{TagSpecifications.ResourceType}/*").Beside(group).Tags("TagSpecifications.Tags").Also("ec2:CreateTags")
	return kit.Access(awsapi.Rows{
		"AuthorizeSecurityGroupEgress":  authorize,
		"AuthorizeSecurityGroupIngress": orByName(a, authorize, func(in *sdk.AuthorizeSecurityGroupIngressInput) (id, name *string) { return in.GroupId, in.GroupName }),
		"CreateSecurityGroup":           kit.Makes(types.ResourceTypeSecurityGroup, "vpc/{VpcId}"),
		"DeleteSecurityGroup":           orByName(a, awsapi.On(group), func(in *sdk.DeleteSecurityGroupInput) (id, name *string) { return in.GroupId, in.GroupName }),
		"ModifySecurityGroupRules": awsapi.On(group, "security-group-rule/{SecurityGroupRules.SecurityGroupRuleId}",
			"prefix-list/{SecurityGroupRules.SecurityGroupRule.PrefixListId}"),
		"RevokeSecurityGroupEgress":  awsapi.On(group),
		"RevokeSecurityGroupIngress": orByName(a, awsapi.On(group), func(in *sdk.RevokeSecurityGroupIngressInput) (id, name *string) { return in.GroupId, in.GroupName }),
		"UpdateSecurityGroupRuleDescriptionsEgress": orByName(a, awsapi.On(group), func(in *sdk.UpdateSecurityGroupRuleDescriptionsEgressInput) (id, name *string) {
			return in.GroupId, in.GroupName
		}),
		"UpdateSecurityGroupRuleDescriptionsIngress": orByName(a, awsapi.On(group), func(in *sdk.UpdateSecurityGroupRuleDescriptionsIngressInput) (id, name *string) {
			return in.GroupId, in.GroupName
		}),

		"CreateManagedPrefixList":          kit.Makes(types.ResourceTypePrefixList),
		"DeleteManagedPrefixList":          awsapi.On(list),
		"GetManagedPrefixListAssociations": awsapi.On(list),
		"GetManagedPrefixListEntries":      awsapi.On(list),
		"ModifyManagedPrefixList":          awsapi.On(list),
	}, "DescribeManagedPrefixLists", "DescribePrefixLists", "DescribeSecurityGroupRules", "DescribeSecurityGroups")
}

// orByName is the row of an operation on a security group, which its request may name by its name.
func orByName[In any](a *API, row awsapi.Row, named func(in In) (id, name *string)) awsapi.Row {
	return kit.Found(a.Base, row, types.ResourceTypeSecurityGroup, func(tx *store.Tx, scope arn.Scope, in In) string {
		id, name := named(in)
		g, err := a.group(tx, scope, id, name)
		if err != nil {
			return ""
		}
		return g.ID
	})
}
