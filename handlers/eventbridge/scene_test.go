package eventbridge_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/eventbridge"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, eventbridge.New(eventbridge.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, eventbridge.New(eventbridge.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*eventbridge.API]())
}

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// scene is a client of an API, and the events that it has routed.
type scene struct {
	*apitest.Scene
	*sdk.Client
	routed []string // bus and envelope
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{Scene: apitest.NewScene(t, scope)}
	api := eventbridge.New(eventbridge.Options{
		Store: s.Store, Now: s.Clock,
		Way: func(targetARN string) error {
			if strings.Contains(targetARN, ":kinesis:") {
				return errors.New("no way to " + targetARN)
			}
			return nil
		},
		Route: func(_ *store.Tx, b *rows.Bus, event string) error {
			if !json.Valid([]byte(event)) {
				t.Errorf("no JSON: %s", event)
			}
			s.routed = append(s.routed, b.ARN()+" "+event)
			return nil
		},
	})
	s.Client = sdk.NewFromConfig(s.Serve(api.Service(), &promises))
	return s
}

// text is an argument of the SDK's.
func text(s string) *string { return aws.String(s) }

const pattern = `{"source":["shop"]}`

// putRule puts a rule with a pattern on the default bus.
func (s *scene) putRule(name string) {
	s.T.Helper()
	apitest.OK(s.T, s.PutRule, &sdk.PutRuleInput{Name: &name, EventPattern: text(pattern)})
}

// describe is a rule of the default bus.
func (s *scene) describe(name string) *sdk.DescribeRuleOutput {
	s.T.Helper()
	return apitest.OK(s.T, s.DescribeRule, &sdk.DescribeRuleInput{Name: &name})
}

const (
	cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/c"
	role    = "arn:aws:iam::123456789012:role/events"
	job     = "arn:aws:ecs:eu-west-1:123456789012:task-definition/job:1"
	queue   = "arn:aws:sqs:eu-west-1:123456789012:q"
)

// ecsTarget is one that is accepted.
func ecsTarget() types.Target {
	return types.Target{
		Id: text("probe"), Arn: text(cluster), RoleArn: text(role),
		EcsParameters: &types.EcsParameters{
			TaskDefinitionArn: text(job), TaskCount: aws.Int32(1), LaunchType: "FARGATE",
			NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
				Subnets: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"}, AssignPublicIp: "ENABLED",
			}},
			CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: text("FARGATE"), Base: 1, Weight: 2}},
			PlacementConstraints:     []types.PlacementConstraint{{Type: "memberOf", Expression: text("attribute:a")}},
			PlacementStrategy:        []types.PlacementStrategy{{Type: "spread", Field: text("instanceId")}},
			ReferenceId:              text("ref"), Group: text("g"), PropagateTags: "TASK_DEFINITION", Tags: []types.Tag{{Key: text("k"), Value: text("v")}},
		},
		Input:            text(`{"containerOverrides":[]}`),
		RetryPolicy:      &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(0), MaximumEventAgeInSeconds: aws.Int32(60)},
		DeadLetterConfig: &types.DeadLetterConfig{Arn: text(queue)},
	}
}
