package securitygroup

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// Access is what the operations ask.
func Access() awsapi.Rows {
	const (
		group = "security-group/{GroupId|*}" // of a request that names it by its name, all
		list  = "prefix-list/{PrefixListId}"
	)
	// Rules are asked for where the request tags them.
	authorize := awsapi.On("{TagSpecifications.ResourceType}/*").Beside(group).Tags("TagSpecifications.Tags").Also("ec2:CreateTags")
	return kit.Access(awsapi.Rows{
		"AuthorizeSecurityGroupEgress":  authorize,
		"AuthorizeSecurityGroupIngress": authorize,
		"CreateSecurityGroup":           kit.Makes(types.ResourceTypeSecurityGroup, "vpc/{VpcId}"),
		"DeleteSecurityGroup":           awsapi.On(group),
		"ModifySecurityGroupRules": awsapi.On(group, "security-group-rule/{SecurityGroupRules.SecurityGroupRuleId}",
			"prefix-list/{SecurityGroupRules.SecurityGroupRule.PrefixListId}"),
		"RevokeSecurityGroupEgress":                  awsapi.On(group),
		"RevokeSecurityGroupIngress":                 awsapi.On(group),
		"UpdateSecurityGroupRuleDescriptionsEgress":  awsapi.On(group),
		"UpdateSecurityGroupRuleDescriptionsIngress": awsapi.On(group),

		"CreateManagedPrefixList":          kit.Makes(types.ResourceTypePrefixList),
		"DeleteManagedPrefixList":          awsapi.On(list),
		"GetManagedPrefixListAssociations": awsapi.On(list),
		"GetManagedPrefixListEntries":      awsapi.On(list),
		"ModifyManagedPrefixList":          awsapi.On(list),
	}, "DescribeManagedPrefixLists", "DescribePrefixLists", "DescribeSecurityGroupRules", "DescribeSecurityGroups")
}
