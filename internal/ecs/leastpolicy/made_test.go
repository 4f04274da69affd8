package leastpolicy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/leastpolicy"
)

// TestWhatWasMade has calls about what the principal has made itself, and about what was there before. The last call is about what is wanted.
func TestWhatWasMade(t *testing.T) {
	for name, test := range map[string]struct {
		calls []string
		want  string
	}{
		"a VPC":                 {[]string{"ec2:CreateVpc vpc/*", "ec2:DeleteVpc vpc/vpc-1"}, "vpc/*"},
		"what comes with a VPC": {[]string{"ec2:CreateVpc vpc/*", "ec2:CreateNetworkAclEntry network-acl/acl-1"}, "network-acl/*"},
		"in another region":     {[]string{"ec2:CreateVpc arn:aws:ec2:us-west-2:123456789012:vpc/*", "ec2:DeleteVpc vpc/vpc-1"}, "vpc/vpc-1"},
		"what was there":        {[]string{"ec2:CreateSubnet subnet/*", "ec2:CreateSubnet vpc/vpc-1"}, "vpc/vpc-1"},
		"what is only tagged":   {[]string{"ec2:CreateTags */eni-1", "ec2:DeleteTags network-interface/eni-1"}, "network-interface/eni-1"},
		"an instance":           {[]string{"ec2:RunInstances instance/*", "ec2:TerminateInstances instance/i-1"}, "instance/*"},
		"where it may run":      {[]string{"ec2:RunInstances subnet/*", "ec2:DeleteSubnet subnet/subnet-1"}, "subnet/subnet-1"},
		"a load balancer": {
			[]string{"elasticloadbalancing:CreateLoadBalancer loadbalancer/app/web/*", "elasticloadbalancing:CreateListener loadbalancer/app/web/1a"},
			"loadbalancer/app/web/*",
		},
		"a rule of it": {
			[]string{
				"elasticloadbalancing:CreateLoadBalancer loadbalancer/app/web/*", "elasticloadbalancing:CreateListener loadbalancer/app/web/1a",
				"elasticloadbalancing:DeleteRule listener-rule/app/web/1a/2b/3c",
			},
			"listener-rule/app/web/*",
		},
		"a secret":       {[]string{"secretsmanager:CreateSecret secret:shop/db-??????", "secretsmanager:DeleteSecret secret:shop/db-AbCdEf"}, "secret:shop/db-??????"},
		"another secret": {[]string{"secretsmanager:CreateSecret secret:db-??????", "secretsmanager:DeleteSecret secret:db-old-AbCdEf"}, "secret:db-old-AbCdEf"},
		"a namespace":    {[]string{"servicediscovery:CreateHttpNamespace *", "servicediscovery:DeleteNamespace namespace/ns-1"}, "namespace/*"},
		"a group": {
			[]string{"autoscaling:CreateAutoScalingGroup autoScalingGroup:*:autoScalingGroupName/web", "autoscaling:DeleteAutoScalingGroup autoScalingGroup:1a-2b:autoScalingGroupName/web"},
			"autoScalingGroup:*:autoScalingGroupName/web",
		},
		"a secret of a name with the time": {
			[]string{"secretsmanager:CreateSecret secret:db-20261128160326752200000004-??????", "secretsmanager:DeleteSecret secret:db-20261128160326752200000004-AbCdEf"},
			"secret:db-*-??????",
		},
		"a name with the time": {[]string{"iam:CreateRole role/web-20261128160326752200000004"}, "role/web-*"},
	} {
		var run []decision.Decision
		for _, call := range test.calls {
			action, resource, _ := strings.Cut(call, " ")
			run = append(run, did(action, ofService(action, resource)))
		}
		last := run[len(run)-1]
		list := leastpolicy.Of(run).Document.Statement
		i := slices.IndexFunc(list, func(s leastpolicy.Statement) bool { return slices.Contains(s.Action, last.Action) })
		if want := ofService(last.Action, test.want); !slices.Contains(list[i].Resource, want) {
			t.Errorf("%s: want %s on %s: %+v", name, last.Action, want, list)
		}
	}
}

// ofService is the ARN of a resource of the service that an action is of.
func ofService(action, resource string) string {
	if resource == "*" || strings.HasPrefix(resource, "arn:") {
		return resource
	}
	service, _, _ := strings.Cut(action, ":")
	return "arn:aws:" + service + ":us-east-1:123456789012:" + resource
}
