// Package securitygroup answers the EC2 actions about security groups, their rules and
// prefix lists.
package securitygroup

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// API answers these actions.
type API struct {
	kit.Base
}

func New(b kit.Base) *API { return &API{Base: b} }

func (a *API) Operations() []awsapi.Operation {
	const kept = "IPv6 rules and rules with a prefix list of AWS are stored and match nothing"
	return []awsapi.Operation{
		awsapi.Partial("AuthorizeSecurityGroupEgress", kept, a.AuthorizeSecurityGroupEgress),
		awsapi.Partial("AuthorizeSecurityGroupIngress", kept, a.AuthorizeSecurityGroupIngress),
		awsapi.Partial("CreateManagedPrefixList", "complete at once; rules of security groups use IPv4 entries, IPv6 entries are only stored", kit.DryRunFirst(a.CreateManagedPrefixList)),
		awsapi.Works("CreateSecurityGroup", "in any VPC", a.CreateSecurityGroup),
		awsapi.Works("DeleteManagedPrefixList", "fails while a rule names it", kit.DryRunFirst(a.DeleteManagedPrefixList)),
		awsapi.Works("DeleteSecurityGroup", "fails for default groups and groups in use", a.DeleteSecurityGroup),
		awsapi.Partial("DescribeManagedPrefixLists", "your own, and AWS's for gateway endpoints, without ranges", kit.DryRun(a.DescribeManagedPrefixLists)),
		awsapi.Partial("DescribePrefixLists", "AWS's lists for gateway endpoints, without ranges; all at once", kit.DryRun(a.DescribePrefixLists)),
		awsapi.Works("DescribeSecurityGroupRules", "also of groups that do not exist, if the request names the group", kit.DryRun(a.DescribeSecurityGroupRules)),
		awsapi.Works("DescribeSecurityGroups", "also ones that do not exist, if the request names their id", kit.DryRun(a.DescribeSecurityGroups)),
		awsapi.Works("GetManagedPrefixListAssociations", "security groups", kit.DryRun(a.GetManagedPrefixListAssociations)),
		awsapi.Partial("GetManagedPrefixListEntries", "of the current version", kit.DryRun(a.GetManagedPrefixListEntries)),
		awsapi.Partial("ModifyManagedPrefixList", "complete at once; without IPAM", kit.DryRunFirst(a.ModifyManagedPrefixList)),
		awsapi.Partial("ModifySecurityGroupRules", kept, a.ModifySecurityGroupRules),
		awsapi.Partial("RevokeSecurityGroupEgress", kept, a.RevokeSecurityGroupEgress),
		awsapi.Partial("RevokeSecurityGroupIngress", kept, a.RevokeSecurityGroupIngress),
		awsapi.Works("UpdateSecurityGroupRuleDescriptionsEgress", "by id or as permissions", a.UpdateSecurityGroupRuleDescriptionsEgress),
		awsapi.Works("UpdateSecurityGroupRuleDescriptionsIngress", "by id or as permissions", a.UpdateSecurityGroupRuleDescriptionsIngress),
	}
}
