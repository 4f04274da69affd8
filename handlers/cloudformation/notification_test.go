package cloudformation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestTextOfNotifications(t *testing.T) {
	stack := &cfn.Stack{Scope: scope, ID: "arn:stack", Name: "web"}
	at := time.Date(2026, 1, 31, 15, 4, 5, 678_000_000, time.UTC)
	of := func(lines ...string) string { return strings.Join(lines, "\n") + "\n" }
	for _, test := range []struct {
		event cfn.Event
		want  string
	}{
		{
			cfn.Event{ID: "e", LogicalID: "web", PhysicalID: "arn:stack", Type: cfn.TypeStack, At: at, Status: "CREATE_IN_PROGRESS", Reason: "User Initiated"},
			of("StackId='arn:stack'", "Timestamp='2026-01-31T15:04:05.678Z'", "EventId='e'", "LogicalResourceId='web'", "Namespace='"+scope.Account+"'",
				"PhysicalResourceId='arn:stack'", "PrincipalId='AIDA'", "ResourceProperties='null'", "ResourceStatus='CREATE_IN_PROGRESS'",
				"ResourceStatusReason='User Initiated'", "ResourceType='AWS::CloudFormation::Stack'", "StackName='web'", "ClientRequestToken='null'"),
		},
		{
			cfn.Event{ID: "e", LogicalID: "G", Type: "AWS::Logs::LogGroup", At: at, Status: "CREATE_IN_PROGRESS", Properties: `{"A":"****"}`, Token: "t"},
			of("StackId='arn:stack'", "Timestamp='2026-01-31T15:04:05.678Z'", "EventId='e'", "LogicalResourceId='G'", "Namespace='"+scope.Account+"'",
				"PhysicalResourceId=''", "PrincipalId='AIDA'", `ResourceProperties='{"A":"****"}'`, "ResourceStatus='CREATE_IN_PROGRESS'",
				"ResourceStatusReason=''", "ResourceType='AWS::Logs::LogGroup'", "StackName='web'", "ClientRequestToken='t'"),
		},
	} {
		if got := cloudformation.Notification(stack, &test.event, "AIDA"); got != test.want {
			t.Errorf("got\n%s, want\n%s", got, test.want)
		}
	}
}

// TestTopics: what a request begins is told in its transaction, and a topic that is none, or to which nothing leads, is refused.
func TestTopics(t *testing.T) {
	const topic, nowhere = "arn:aws:sns:us-east-1:123456789012:t", "arn:aws:sns:us-east-1:123456789012:nowhere"
	var told []string
	s := newScene(t, func(o *cloudformation.Options) {
		o.Way = func(arn string) error {
			if arn == nowhere {
				return errors.New("there is no way to " + arn)
			}
			return nil
		}
		o.Told = func(tx *store.Tx, s *cfn.Stack, events []*cfn.Event) {
			if cfn.StackAt(tx, s.ID) == nil {
				t.Error("the stack is not there")
			}
			for _, e := range events {
				told = append(told, e.Status+" to "+strings.Join(s.NotificationARNs, ","))
			}
		}
	})
	create := func(topics ...string) *sdk.CreateStackInput {
		return &sdk.CreateStackInput{StackName: aws.String("web"), TemplateBody: one(`{}`), NotificationARNs: topics}
	}
	invalid(s, s.CreateStack, create("arn:aws:sqs:us-east-1:123456789012:q"), "Invalid NotificationARN: arn:aws:sqs:us-east-1:123456789012:q is not the ARN of an Amazon SNS topic")
	refused(s, s.CreateStack, create(topic, nowhere), "NotImplementedException", "there is no way to "+nowhere)
	ok(s, s.CreateStack, create(topic))
	ok(s, s.DeleteStack, &sdk.DeleteStackInput{StackName: aws.String("web")}) // a request to the create, which tells nothing yet
	if got := strings.Join(told, "; "); got != "CREATE_IN_PROGRESS to "+topic {
		t.Errorf("told %q", got)
	}
}
