package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

func ruleValues(r *types.SecurityGroupRule, filter string) ([]string, bool) {
	switch filter {
	case "security-group-rule-id":
		return one(r.SecurityGroupRuleId)
	case "group-id":
		return one(r.GroupId)
	}
	return tagValues(r.Tags, filter)
}

// DescribeSecurityGroupRules answers the rules of the default group, and of those made
// up that it is asked for.
func (a *API) DescribeSecurityGroupRules(ctx context.Context, in *ec2.DescribeSecurityGroupRulesInput) (*ec2.DescribeSecurityGroupRulesOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	var rows []types.SecurityGroupRule
	for _, g := range a.securityGroups(tx, scope, askedIDs(nil, in.Filters, "group-id")) {
		rows = append(rows, rulesOf(tx, scope, g)...)
	}
	found, err := describe(rows, in.Filters, in.SecurityGroupRuleIds, "security-group-rule-id", ruleValues, missing("sgr-"))
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeSecurityGroupRulesOutput{SecurityGroupRules: found}, nil
}

// rulesOf are one into the group and one out of it. Without ports both are -1.
func rulesOf(tx *state.Tx, scope arn.Scope, g *state.SecurityGroup) []types.SecurityGroupRule {
	var rules []types.SecurityGroupRule
	for _, direction := range [...]string{"ingress", "egress"} {
		id := derivedID("sgr-", g.ID, direction)
		rules = append(rules, types.SecurityGroupRule{
			SecurityGroupRuleId: id, SecurityGroupRuleArn: resourceARN(scope, "security-group-rule/"+*id),
			GroupId: &g.ID, GroupOwnerId: &scope.Account, IsEgress: aws.Bool(direction == "egress"),
			IpProtocol: aws.String(allProtocols), FromPort: aws.Int32(-1), ToPort: aws.Int32(-1), CidrIpv4: aws.String(anywhere),
			Tags: tagsOf(tx, scope, *id),
		})
	}
	return rules
}
