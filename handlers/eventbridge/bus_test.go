package eventbridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

func TestBuses(t *testing.T) {
	s := newScene(t)
	made := apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders"), Description: text("d"), Tags: []types.Tag{{Key: text("a"), Value: text("1")}}})
	if *made.EventBusArn != "arn:aws:events:eu-west-1:123456789012:event-bus/orders" || *made.Description != "d" {
		t.Errorf("made %+v", made)
	}
	apitest.Refused(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders")}, "ResourceAlreadyExistsException", "Event bus orders already exists.")
	apitest.Refused(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("default")}, "ResourceAlreadyExistsException", "Event bus default already exists.")
	for _, name := range []string{"orders", *made.EventBusArn} {
		b := apitest.OK(t, s.DescribeEventBus, &sdk.DescribeEventBusInput{Name: &name})
		if *b.Arn != *made.EventBusArn || !b.CreationTime.Equal(*b.LastModifiedTime) || b.Policy != nil || *b.Description != "d" {
			t.Errorf("%s is %+v", name, b)
		}
	}
	s.Now = s.Now.Add(time.Hour)
	apitest.OK(t, s.UpdateEventBus, &sdk.UpdateEventBusInput{Name: text("orders"), Description: text(""), DeadLetterConfig: &types.DeadLetterConfig{Arn: text(queue)}})
	b := apitest.OK(t, s.DescribeEventBus, &sdk.DescribeEventBusInput{Name: text("orders")})
	if b.Description != nil || *b.DeadLetterConfig.Arn != queue || b.LastModifiedTime.Sub(*b.CreationTime) != time.Hour {
		t.Errorf("updated: %+v", b)
	}
	const noQueue = "sns is not supported as a dead letter resource."
	topic := &types.DeadLetterConfig{Arn: text("arn:aws:sns:eu-west-1:123456789012:t")}
	apitest.Refused(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("b"), DeadLetterConfig: topic}, "ValidationException", noQueue)
	apitest.Refused(t, s.UpdateEventBus, &sdk.UpdateEventBusInput{Name: text("orders"), DeadLetterConfig: topic}, "ValidationException", noQueue)
	if b := apitest.OK(t, s.DescribeEventBus, &sdk.DescribeEventBusInput{}); *b.Name != "default" {
		t.Errorf("the default bus is %+v", b)
	}
	apitest.Refused(t, s.DescribeEventBus, &sdk.DescribeEventBusInput{Name: text("none")}, "ResourceNotFoundException", "Event bus none does not exist.")
	apitest.Refused(t, s.DescribeEventBus, &sdk.DescribeEventBusInput{Name: text("arn:aws:events:eu-west-1:999999999999:event-bus/orders")},
		"ResourceNotFoundException", "Event bus orders does not exist.")
}

func TestListedBuses(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"b", "a", "c", "zz"} {
		apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: &name})
	}
	var names []string
	for in := (&sdk.ListEventBusesInput{Limit: aws.Int32(2)}); ; {
		page := apitest.OK(t, s.ListEventBuses, in)
		for _, b := range page.EventBuses {
			names = append(names, *b.Name)
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	if got := strings.Join(names, " "); got != "a b c default zz" {
		t.Errorf("listed %s", got)
	}
	if page := apitest.OK(t, s.ListEventBuses, &sdk.ListEventBusesInput{NamePrefix: text("z")}); len(page.EventBuses) != 1 {
		t.Errorf("by their beginning: %+v", page.EventBuses)
	}
	apitest.Refused(t, s.ListEventBuses, &sdk.ListEventBusesInput{NextToken: text("x")}, "ValidationException", "Parameter NextToken is not valid.")
}

func TestDeletedBuses(t *testing.T) {
	s := newScene(t)
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("orders")})
	apitest.OK(t, s.PutRule, &sdk.PutRuleInput{Name: text("r"), EventBusName: text("orders"), EventPattern: text(pattern)})
	in := &sdk.DeleteEventBusInput{Name: text("orders")}
	apitest.Refused(t, s.DeleteEventBus, in, "ValidationException", "EventBus can't be deleted since it has rules.")
	apitest.OK(t, s.DeleteRule, &sdk.DeleteRuleInput{Name: text("r"), EventBusName: text("orders")})
	apitest.OK(t, s.DeleteEventBus, in)
	apitest.OK(t, s.DeleteEventBus, in)
	apitest.Refused(t, s.DeleteRule, &sdk.DeleteRuleInput{Name: text("r"), EventBusName: text("orders")}, "ResourceNotFoundException", "Event bus orders does not exist.")
	apitest.Refused(t, s.DeleteEventBus, &sdk.DeleteEventBusInput{Name: text("default")}, "ValidationException", "Cannot delete event bus default.")
}

func TestBusesThatAreNotBuilt(t *testing.T) {
	s := newScene(t)
	for _, in := range []*sdk.CreateEventBusInput{
		{Name: text("b"), KmsKeyIdentifier: text("alias/k")},
		{Name: text("b"), EventSourceName: text("aws.partner/a/b")},
		{Name: text("b"), LogConfig: &types.LogConfig{Level: "INFO"}},
	} {
		if _, err := s.CreateEventBus(t.Context(), in); err == nil || !strings.Contains(err.Error(), "NotImplementedException") {
			t.Errorf("%+v: %v", in, err)
		}
	}
	apitest.OK(t, s.CreateEventBus, &sdk.CreateEventBusInput{Name: text("b"), LogConfig: &types.LogConfig{Level: "OFF"}})
}
