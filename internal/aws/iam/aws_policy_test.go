package iam_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// documented are the policies that ECS users attach (AC81), and those that were here before.
const documented = `
AdministratorAccess PowerUserAccess ReadOnlyAccess job-function/ViewOnlyAccess SecurityAudit
IAMFullAccess IAMReadOnlyAccess IAMUserChangePassword
AmazonEC2FullAccess AmazonEC2ReadOnlyAccess AmazonVPCFullAccess AmazonVPCReadOnlyAccess
AmazonEC2ContainerRegistryFullAccess AmazonElasticContainerRegistryPublicReadOnly
ElasticLoadBalancingFullAccess ElasticLoadBalancingReadOnly AutoScalingFullAccess AutoScalingReadOnlyAccess
CloudWatchFullAccess CloudWatchFullAccessV2 CloudWatchReadOnlyAccess CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess
AmazonEventBridgeFullAccess AmazonEventBridgeReadOnlyAccess
AmazonEventBridgeSchedulerFullAccess AmazonEventBridgeSchedulerReadOnlyAccess
SecretsManagerReadWrite AWSCloudMapFullAccess AWSCloudMapReadOnlyAccess AWSCertificateManagerFullAccess
AWSCodeDeployRoleForECS AWSCodeDeployRoleForECSLimited
AmazonECSInfrastructureRoleForGatewayHostSharedALB AmazonECSInfrastructureRolePolicyForManagedInstances AmazonECSInstanceRolePolicyForManagedInstances
service-role/AmazonECSInfrastructureRoleforExpressGatewayServices service-role/AmazonEC2RoleforSSM
AmazonS3FullAccess AmazonSQSFullAccess AmazonSNSFullAccess AmazonDynamoDBFullAccess AmazonDynamoDBReadOnlyAccess
AWSLambda_FullAccess service-role/AWSLambdaBasicExecutionRole AWSStepFunctionsFullAccess
aws-service-role/AmazonECSServiceRolePolicy aws-service-role/AWSApplicationAutoscalingECSServicePolicy
aws-service-role/AutoScalingServiceRolePolicy aws-service-role/AWSElasticLoadBalancingServiceRolePolicy
aws-service-role/AWSEC2SpotServiceRolePolicy

AWSXRayDaemonWriteAccess AmazonEC2ContainerRegistryPowerUser AmazonEC2ContainerRegistryPullOnly AmazonEC2ContainerRegistryReadOnly
service-role/AmazonEC2ContainerServiceAutoscaleRole service-role/AmazonEC2ContainerServiceEventsRole
service-role/AmazonEC2ContainerServiceRole service-role/AmazonEC2ContainerServiceforEC2Role
AmazonECSInfrastructureRolePolicyForLoadBalancers AmazonECSInfrastructureRolePolicyForVpcLattice
service-role/AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity
service-role/AmazonECSInfrastructureRolePolicyForVolumes service-role/AmazonECSTaskExecutionRolePolicy AmazonECS_FullAccess
AmazonElasticFileSystemClientFullAccess AmazonElasticFileSystemClientReadOnlyAccess AmazonElasticFileSystemClientReadWriteAccess
AmazonS3ReadOnlyAccess AmazonSSMFullAccess AmazonSSMManagedInstanceCore AmazonSSMReadOnlyAccess CloudWatchAgentServerPolicy`

// awsPolicy needs no store.
func awsPolicy(name, partition string) *iam.Policy {
	return iam.PolicyByARN(nil, iam.Account{Partition: partition, ID: "123456789012"}, "arn:"+partition+":iam::aws:policy/"+name)
}

func TestDocumentsOfAWSsOwnPolicies(t *testing.T) {
	ids := map[string]bool{}
	for _, partition := range []string{"aws", "aws-cn"} {
		for name := range strings.FieldsSeq(documented) {
			arn := "arn:" + partition + ":iam::aws:policy/" + name
			p := awsPolicy(name, partition)
			if p == nil {
				t.Errorf("%s has no document", arn)
				continue
			}
			version := p.Versions[0]
			if p.ARN() != arn || version.ID != p.Default || !strings.HasPrefix(version.ID, "v") || !version.CreatedAt.Equal(p.UpdatedAt) ||
				p.CreatedAt.Year() < 2015 || p.UpdatedAt.Before(p.CreatedAt) || !strings.HasPrefix(p.ID, iam.PolicyID) || ids[partition+p.ID] {
				t.Errorf("%s is %s, version %s of %s to %s, default %s", p.ARN(), p.ID, version.ID, p.CreatedAt, p.UpdatedAt, p.Default)
			}
			ids[partition+p.ID] = true
			if err := policy.Compile(version.Document).Err(); err != nil {
				t.Errorf("%s: %v", arn, err)
			}
			if other := map[string]string{"aws": "arn:aws-cn:", "aws-cn": "arn:aws:"}[partition]; strings.Contains(version.Document, `"`+other) {
				t.Errorf("%s has ARNs of another partition", arn)
			}
		}
		if got, want := len(iam.AWSPolicies(partition)), len(strings.Fields(documented)); got != want {
			t.Errorf("%s has %d documents, want %d", partition, got, want)
		}
		if !slices.IsSortedFunc(iam.AWSPolicies(partition), func(a, b *iam.Policy) int { return strings.Compare(a.Name, b.Name) }) {
			t.Error("the policies are not in order of their names")
		}
	}
	for _, name := range []string{"AWSBackupFullAccess", "ViewOnlyAccess", "service-role/AdministratorAccess", "", "/AdministratorAccess"} {
		if p := awsPolicy(name, "aws"); p != nil {
			t.Errorf("%q is %s", name, p.ARN())
		}
	}
}

// What some of them allow, as a check that documents belong to their names.
func TestAWSsOwnPoliciesDecide(t *testing.T) {
	for _, c := range []struct {
		name, action string
		want         bool
	}{
		{"AdministratorAccess", "iam:CreateUser", true},
		{"PowerUserAccess", "ecs:RunTask", true},
		{"PowerUserAccess", "iam:CreateUser", false},
		{"PowerUserAccess", "iam:ListRoles", true},
		{"ReadOnlyAccess", "ecs:DescribeTasks", true},
		{"ReadOnlyAccess", "ecs:RunTask", false},
		{"job-function/ViewOnlyAccess", "ecs:ListTasks", true},
		{"job-function/ViewOnlyAccess", "s3:GetObject", false},
		{"SecretsManagerReadWrite", "secretsmanager:GetSecretValue", true},
		{"SecretsManagerReadWrite", "ssm:GetParameter", false},
		{"AWSCloudMapReadOnlyAccess", "servicediscovery:ListServices", true},
		{"AWSCloudMapReadOnlyAccess", "servicediscovery:CreateService", false},
		{"aws-service-role/AmazonECSServiceRolePolicy", "elasticloadbalancing:RegisterTargets", true},
		{"aws-service-role/AmazonECSServiceRolePolicy", "ecs:RunTask", false},
	} {
		document := policy.Compile(awsPolicy(c.name, "aws").Document())
		d := policy.Decide(policy.Request{
			Action: c.action, Resource: "*", Principal: policy.Principal{ARN: "arn:aws:iam::123456789012:user/dev", Account: "123456789012"},
		}, policy.Policies{Identity: []policy.Source{{Name: c.name, Policy: document}}})
		if d.Allowed != c.want {
			t.Errorf("%s with %s: %+v", c.action, c.name, d)
		}
	}
}

func TestAWSsOwnPoliciesAreListed(t *testing.T) {
	for _, p := range iam.AWSPolicies("aws") {
		if !iam.AWSPolicyExists(p.ARN(), "aws") {
			t.Errorf("%s has a document, and is not in the list", p.ARN())
		}
	}
	for arn, want := range map[string]bool{
		"arn:aws:iam::aws:policy/AdministratorAccess": true, "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy": true,
		"arn:aws:iam::aws:policy/AmazonECSServiceRolePolicy": false, "arn:aws:iam::aws:policy/": false, "arn:aws:iam::000000000000:policy/AdministratorAccess": false,
	} {
		if iam.AWSPolicyExists(arn, "aws") != want {
			t.Errorf("%s exists: want %v", arn, want)
		}
	}
	if !iam.AWSPolicyExists("arn:aws-cn:iam::aws:policy/Another", "aws-cn") {
		t.Error("policies of China are not listed")
	}
}
