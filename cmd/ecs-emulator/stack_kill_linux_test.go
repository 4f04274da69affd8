package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// killedStack has types that are found again by a name, by a token, by their tags, and by what they are.
const killedStack = `
Parameters:
  Color: {Type: String}
  Fails: {Type: String, Default: 'no'}
Conditions:
  Green: !Equals [!Ref Color, green]
  Fails: !Equals [!Ref Fails, 'yes']
Resources:
  VPC: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref VPC, InternetGatewayId: !Ref Gateway}}
  SubnetA: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VPC, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  SubnetB: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VPC, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}
  Routes: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref VPC}}
  Out: {Type: AWS::EC2::Route, DependsOn: Attachment, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  RoutesA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref SubnetA, RouteTableId: !Ref Routes}}
  TaskGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: !Sub 'tasks, ${Color}', VpcId: !Ref VPC}}
  FromInside:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref TaskGroup, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: !If [Green, 10.0.0.0/16, 10.0.0.0/8]}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, DependsOn: Attachment, Properties: {Subnets: [!Ref SubnetA, !Ref SubnetB]}}
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      {VpcId: !Ref VPC, Port: 80, Protocol: HTTP, TargetType: ip, TargetGroupAttributes: [{Key: deregistration_delay.timeout_seconds, Value: '0'}]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]}
  Cluster: {Type: AWS::ECS::Cluster}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !If [Green, 14, 7]}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: 'sts:AssumeRole'}]}
      Policies: [{PolicyName: own, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}}]
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      {Cpu: 256, Memory: 512, NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ExecutionRoleArn: !GetAtt Role.Arn, ContainerDefinitions: [
        {Name: app, Image: app, Environment: [{Name: COLOR, Value: !Ref Color}], PortMappings: [{ContainerPort: 80}]}]}
  Service:
    Type: AWS::ECS::Service
    DependsOn: Listener
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      DesiredCount: 2
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref SubnetA, !Ref SubnetB], SecurityGroups: [!Ref TaskGroup]}}
      LoadBalancers: [{ContainerName: app, ContainerPort: 80, TargetGroupArn: !Ref Targets}]
  Parameter: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Color}}
  Blue: {Type: AWS::SSM::Parameter, Properties: {Type: String, Name: !Sub 'only-${Color}', Value: !GetAtt Service.Name}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Ref AWS::StackName}}
  Bad: {Type: AWS::SSM::Parameter, Condition: Fails, DependsOn: [Service, Blue], Properties: {Type: SecureString, Value: secret}}
Outputs:
  Color: {Value: !GetAtt Parameter.Value}
`

// killedStacks are stacks of an emulator that is killed.
type killedStacks struct {
	*process
	args  []string
	kills int
	id    string
}

func (k *killedStacks) stacks() *cfn.Client {
	o := k.client.Options()
	return cfn.New(cfn.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, RetryMaxAttempts: 1})
}

// stackOrder asks for an operation on a stack.
type stackOrder func(ctx context.Context, c *cfn.Client, token string) error

// stackOperations make up a life, each with the status it ends in.
var stackOperations = []struct {
	name string
	ask  stackOrder
	ends cfntypes.StackStatus
}{
	{"failing-create", createAs("red", "yes"), cfntypes.StackStatusRollbackComplete},
	{"first-delete", deleteIt, cfntypes.StackStatusDeleteComplete},
	{"create", createAs("blue", "no"), cfntypes.StackStatusCreateComplete},
	{"update", updateTo("green", "no"), cfntypes.StackStatusUpdateComplete},
	{"failing-update", updateTo("red", "yes"), cfntypes.StackStatusUpdateRollbackComplete},
	{"delete", deleteIt, cfntypes.StackStatusDeleteComplete},
}

func createAs(color, fails string) stackOrder {
	return func(ctx context.Context, c *cfn.Client, token string) error {
		_, err := c.CreateStack(ctx, &cfn.CreateStackInput{
			StackName: aws.String("shop"), TemplateBody: aws.String(killedStack), Parameters: colored(color, fails), ClientRequestToken: &token,
			Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam}, Tags: []cfntypes.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
		})
		return err
	}
}

func deleteIt(ctx context.Context, c *cfn.Client, token string) error {
	_, err := c.DeleteStack(ctx, &cfn.DeleteStackInput{StackName: aws.String("shop"), ClientRequestToken: &token})
	return err
}

func colored(color, fails string) []cfntypes.Parameter {
	return []cfntypes.Parameter{
		{ParameterKey: aws.String("Color"), ParameterValue: &color}, {ParameterKey: aws.String("Fails"), ParameterValue: &fails},
	}
}

func updateTo(color, fails string) stackOrder {
	return func(ctx context.Context, c *cfn.Client, token string) error {
		_, err := c.UpdateStack(ctx, &cfn.UpdateStackInput{
			StackName: aws.String("shop"), UsePreviousTemplate: aws.Bool(true), Parameters: colored(color, fails), ClientRequestToken: &token,
			Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam}, Tags: []cfntypes.Tag{{Key: aws.String("team"), Value: aws.String("b")}},
		})
		return err
	}
}

// TestStacksSurviveKills: the emulator is killed at random points of creates and updates that succeed and that fail, and of deletes.
// Each operation ends as it does without a kill, with the same resources: none is made twice, and none is left. ECS_EMULATOR_TEST_STACK_KILLS is how
// often it is killed.
func TestStacksSurviveKills(t *testing.T) {
	t.Parallel()
	kills := 7
	if text := os.Getenv("ECS_EMULATOR_TEST_STACK_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	k := &killedStacks{args: []string{"--engine", "sim", "--data-dir", t.TempDir(), "--log-level", "error", "--speed", "20"}}
	k.process = startServe(t, k.args...)
	var took []time.Duration
	var want [][]string
	empty := k.found()
	for _, o := range stackOperations { // a life without kills
		began := time.Now()
		k.forget(o.name)
		k.must(o.ask(t.Context(), k.stacks(), "first-"+o.name))
		k.until(o.ends)
		took = append(took, time.Since(began))
		want = append(want, k.found())
	}
	if created, updated, rolledBack := want[2], want[3], want[4]; slices.Equal(created, updated) || !slices.Equal(updated, rolledBack) ||
		!slices.Equal(want[0], empty) || !slices.Equal(want[5], empty) {
		t.Fatalf("without kills: %q", append([][]string{empty}, want...))
	}
	for life := 0; k.kills < kills; life++ {
		for i, o := range stackOperations {
			k.forget(o.name)
			k.killIn(o.ask, fmt.Sprintf("life-%d-%s", life, o.name), took[i])
			k.until(o.ends)
			k.eventually(fmt.Sprintf("after kill %d, in life %d, the %s leaves %q, not %q", k.kills, life, o.name, k.found(), want[i]), func() bool {
				return slices.Equal(k.found(), want[i])
			})
		}
	}
	t.Logf("%d kills; an operation takes %s without any", k.kills, took)
}

// forget forgets the stack's id before another one is made.
func (k *killedStacks) forget(operation string) {
	if strings.HasSuffix(operation, "create") {
		k.id = ""
	}
}

// killIn asks for an operation and kills the emulator at a random point of it, by turns once and twice. It asks again with the same
// token after each kill, as the answer may be lost.
func (k *killedStacks) killIn(ask stackOrder, token string, takes time.Duration) {
	k.Helper()
	for range 1 + k.kills%2 {
		ended := make(chan error, 1)
		go func() { ended <- ask(k.Context(), k.stacks(), token) }()
		point := time.NewTimer(time.Duration(rand.Int64N(int64(takes))))
		<-point.C
		k.kill()
		<-ended
		k.kills++
		k.process = startServe(k.T, k.args...)
	}
	if k.id == "" || k.status() != cfntypes.StackStatusDeleteComplete { // of which AWS would not know the name any more
		k.must(ask(k.Context(), k.stacks(), token))
	}
}

// status is the stack's, which a delete hides from its name.
func (k *killedStacks) status() cfntypes.StackStatus {
	k.Helper()
	name := k.id
	if name == "" {
		name = "shop"
	}
	out, err := k.stacks().DescribeStacks(k.Context(), &cfn.DescribeStacksInput{StackName: &name})
	k.must(err)
	k.id = *out.Stacks[0].StackId
	return out.Stacks[0].StackStatus
}

func (k *killedStacks) until(want cfntypes.StackStatus) {
	k.Helper()
	k.eventually("the stack is "+string(want), func() bool {
		got := k.status()
		if got != want && !strings.HasSuffix(string(got), "_IN_PROGRESS") {
			k.Fatalf("after kill %d the stack is %s, not %s: %s", k.kills, got, want, k.failures())
		}
		return got == want
	})
}

// failures are the events of what has failed.
func (k *killedStacks) failures() (list []string) {
	out, err := k.stacks().DescribeStackEvents(k.Context(), &cfn.DescribeStackEventsInput{StackName: &k.id})
	k.must(err)
	for _, e := range out.StackEvents {
		if strings.HasSuffix(string(e.ResourceStatus), "FAILED") {
			list = append(list, fmt.Sprintf("%s %s %s", *e.LogicalResourceId, e.ResourceStatus, aws.ToString(e.ResourceStatusReason)))
		}
	}
	return list
}
