package types_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

const wholeTemplate = `
Parameters:
  Command: {Type: CommaDelimitedList, Default: "run"}
  Color: {Type: String, Default: blue}
Resources:
  VPC: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  Gateway: {Type: "AWS::EC2::InternetGateway"}
  Attachment: {Type: "AWS::EC2::VPCGatewayAttachment", Properties: {VpcId: !Ref VPC, InternetGatewayId: !Ref Gateway}}
  SubnetA: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref VPC, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""], MapPublicIpOnLaunch: true}}
  SubnetB: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref VPC, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}}
  Routes: {Type: "AWS::EC2::RouteTable", Properties: {VpcId: !Ref VPC}}
  Out: {Type: "AWS::EC2::Route", DependsOn: Attachment, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  RoutesA: {Type: "AWS::EC2::SubnetRouteTableAssociation", Properties: {SubnetId: !Ref SubnetA, RouteTableId: !Ref Routes}}
  BalancerGroup:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: lb, VpcId: !Ref VPC, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]}
  TaskGroup:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: task, VpcId: !Ref VPC, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !Ref BalancerGroup}]}
  Balancer: {Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", DependsOn: Attachment, Properties: {Subnets: [!Ref SubnetA, !Ref SubnetB], SecurityGroups: [!Ref BalancerGroup]}}
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {VpcId: !Ref VPC, Port: 80, Protocol: HTTP, TargetType: ip, TargetGroupAttributes: [{Key: deregistration_delay.timeout_seconds, Value: "0"}]}
  Listener: {Type: "AWS::ElasticLoadBalancingV2::Listener", Properties: {LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]}}
  Cluster: {Type: "AWS::ECS::Cluster"}
  Logs: {Type: "AWS::Logs::LogGroup", Properties: {RetentionInDays: 7}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: "sts:AssumeRole"}]}
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"]
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Cpu: 256
      Memory: 512
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ExecutionRoleArn: !GetAtt Role.Arn
      ContainerDefinitions:
        - Name: app
          Image: app
          Command: !Ref Command
          Environment: [{Name: COLOR, Value: !Ref Color}]
          PortMappings: [{ContainerPort: 80}]
          LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: !Ref Logs, awslogs-region: !Ref "AWS::Region", awslogs-stream-prefix: app}}
  Service:
    Type: AWS::ECS::Service
    DependsOn: Listener
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      DesiredCount: 2
      DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: true}}
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref SubnetA, !Ref SubnetB], SecurityGroups: [!Ref TaskGroup], AssignPublicIp: ENABLED}}
      LoadBalancers: [{ContainerName: app, ContainerPort: 80, TargetGroupArn: !Ref Targets}]
  Policy: {Type: "AWS::IAM::Policy", Properties: {PolicyName: own, Roles: [!Ref Role], PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}}
  Managed: {Type: "AWS::IAM::ManagedPolicy", Properties: {Roles: [!Ref Role], PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}}
  Profile: {Type: "AWS::IAM::InstanceProfile", Properties: {Roles: [!Ref Role]}}
  Parameter: {Type: "AWS::SSM::Parameter", Properties: {Type: String, Value: !Ref Color}}
  Secret: {Type: "AWS::SecretsManager::Secret", Properties: {GenerateSecretString: {PasswordLength: 20}}}
  Repository: {Type: "AWS::ECR::Repository", Properties: {EmptyOnDelete: true}}
  Certificate: {Type: "AWS::CertificateManager::Certificate", Properties: {DomainName: example.com, KeyAlgorithm: EC_prime256v1}}
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties: {ListenerArn: !Ref Listener, Priority: 1, Conditions: [{Field: path-pattern, Values: [/a]}], Actions: [{Type: forward, TargetGroupArn: !Ref Targets}]}
  Filter:
    Type: AWS::Logs::MetricFilter
    Properties: {LogGroupName: !Ref Logs, FilterPattern: ERROR, MetricTransformations: [{MetricName: errors, MetricNamespace: shop, MetricValue: 1}]}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: shop, MetricName: errors, Statistic: Sum, Period: "60", EvaluationPeriods: "1", Threshold: "5", ComparisonOperator: GreaterThanThreshold}
Outputs:
  Role: {Value: !Ref Role}
  URL: {Value: !Sub "http://${Balancer.DNSName}"}
`

// TestWholeStack: a stack of a network, a load balancer, a role, logs and a service is made, changed, taken back when its image is
// bad, and deleted. Its target group has no time to drain: nothing takes minutes.
func TestWholeStack(t *testing.T) {
	t.Parallel()
	w := startStack(t)
	w.network()
	before := w.subnets()
	names := []types.Capability{types.CapabilityCapabilityIam}
	parameter := func(key, value string) []types.Parameter {
		return []types.Parameter{{ParameterKey: &key, ParameterValue: &value}}
	}
	w.ask("CreateStack", &sdk.CreateStackInput{StackName: aws.String("shop"), TemplateBody: aws.String(wholeTemplate), Capabilities: names}, nil)
	w.until(types.StackStatusCreateComplete)
	if n := w.attachedPolicies(); n != 2 {
		t.Errorf("the role has %d managed policies, want 2", n)
	}
	in := sdk.UpdateStackInput{StackName: aws.String("shop"), UsePreviousTemplate: aws.Bool(true), Capabilities: names, Parameters: parameter("Color", "green")}
	w.ask("UpdateStack", &in, nil)
	w.until(types.StackStatusUpdateComplete)
	in.Parameters = parameter("Command", "exit,3")
	w.ask("UpdateStack", &in, nil)
	w.until(types.StackStatusUpdateRollbackComplete)
	w.ask("DeleteStack", &sdk.DeleteStackInput{StackName: aws.String("shop")}, nil)
	w.until(types.StackStatusDeleteComplete)
	if left := w.subnets(); left != before {
		t.Errorf("there are %d subnets, were %d", left, before)
	}
}

// attachedPolicies is how many managed policies the stack's role has.
func (w *stackWorld) attachedPolicies() int {
	w.Helper()
	var stacks sdk.DescribeStacksOutput
	w.ask("DescribeStacks", &sdk.DescribeStacksInput{}, &stacks)
	for _, o := range stacks.Stacks[0].Outputs {
		if aws.ToString(o.OutputKey) == "Role" {
			var out iam.ListAttachedRolePoliciesOutput
			if err := w.call(w.Context(), apiclient.Of("iam", "ListAttachedRolePolicies"), &iam.ListAttachedRolePoliciesInput{RoleName: o.OutputValue}, &out); err != nil {
				w.Fatal(err)
			}
			return len(out.AttachedPolicies)
		}
	}
	return 0
}

func (w *stackWorld) subnets() int {
	w.Helper()
	var out ec2.DescribeSubnetsOutput
	if err := w.call(w.Context(), describeSubnets, &ec2.DescribeSubnetsInput{}, &out); err != nil {
		w.Fatal(err)
	}
	return len(out.Subnets)
}

// ask calls CloudFormation.
func (w *stackWorld) ask(name string, in, out any) {
	w.Helper()
	if err := w.call(w.Context(), apiclient.Of("cloudformation", name), in, out); err != nil {
		w.Fatalf("%s: %v", name, err)
	}
}

// until waits for a status of the only stack, three minutes by the emulator's clock.
func (w *stackWorld) until(want types.StackStatus) {
	w.Helper()
	for range 180 {
		var out sdk.DescribeStacksOutput
		w.ask("DescribeStacks", &sdk.DescribeStacksInput{}, &out)
		if len(out.Stacks) == 0 && want == types.StackStatusDeleteComplete || len(out.Stacks) > 0 && out.Stacks[0].StackStatus == want {
			return
		}
		w.wait(time.Second)
	}
	var events sdk.DescribeStackEventsOutput
	w.ask("DescribeStackEvents", &sdk.DescribeStackEventsInput{StackName: aws.String("shop")}, &events)
	for _, e := range events.StackEvents {
		w.Logf("%s %s %s %s", e.Timestamp.Format(time.TimeOnly), aws.ToString(e.LogicalResourceId), e.ResourceStatus, aws.ToString(e.ResourceStatusReason))
	}
	w.Fatalf("the stack is not %s", want)
}
