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

// New makes the API.
func New(b kit.Base) *API { return &API{Base: b} }

// Operations are the actions.
func (a *API) Operations() []awsapi.Operation {
	const kept = "a rule about IPv6 or a prefix list of AWS is about nobody here"
	return []awsapi.Operation{
		awsapi.Partial("AuthorizeSecurityGroupEgress", kept, a.AuthorizeSecurityGroupEgress),
		awsapi.Partial("AuthorizeSecurityGroupIngress", kept, a.AuthorizeSecurityGroupIngress),
		awsapi.Partial("CreateManagedPrefixList", "complete at once; rules of security groups act on IPv4 entries, those of IPv6 are kept", kit.DryRunFirst(a.CreateManagedPrefixList)),
		awsapi.Works("CreateSecurityGroup", "in any VPC", a.CreateSecurityGroup),
		awsapi.Works("DeleteManagedPrefixList", "fails while a rule names it", kit.DryRunFirst(a.DeleteManagedPrefixList)),
		awsapi.Works("DeleteSecurityGroup", "what is in use or a default one stays", a.DeleteSecurityGroup),
		awsapi.Partial("DescribeManagedPrefixLists", "one's own, and those of AWS for gateway endpoints, without ranges", kit.DryRun(a.DescribeManagedPrefixLists)),
		awsapi.Partial("DescribePrefixLists", "those of AWS for gateway endpoints, without ranges; all at once", kit.DryRun(a.DescribePrefixLists)),
		awsapi.Works("DescribeSecurityGroupRules", "those of made-up groups for who asks by group", kit.DryRun(a.DescribeSecurityGroupRules)),
		awsapi.Works("DescribeSecurityGroups", "made-up ones for who asks by id", kit.DryRun(a.DescribeSecurityGroups)),
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
