package eventbridge_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	api "github.com/ecs-emulator/ecs-emulator/handlers/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// events is a stack at an endpoint with EventBridge.
type events struct {
	*typestest.Stack
	t    *testing.T
	call handler.Call
}

func newEvents(t *testing.T) *events {
	t.Helper()
	all, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &events{t: t}
	service := api.New(api.Options{
		Store: all, Now: func() time.Time { return s.Time }, Way: func(string) error { return nil },
		Route: func(*store.Tx, *rows.Bus, string) error { return nil },
	}).Service()
	client := apiclient.New(apiclient.Options{
		Endpoint: service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost",
		Services: serviceclient.Find([]awsapi.Service{service}),
	})
	s.call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return client.Do(apiclient.WithSystemTags(ctx), apiclient.Root(typestest.Scope), op, in, out)
	}
	s.Stack = typestest.New(t, s.call, eventbridge.Types())
	return s
}

func (s *events) ask(name string, in, out any) {
	s.t.Helper()
	if err := s.call(s.t.Context(), apiclient.Of("events", name), in, out); err != nil {
		s.t.Fatal(err)
	}
}

// inventory is all buses, rules and targets, in words.
func (s *events) inventory() (all []string) {
	s.t.Helper()
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	var buses sdk.ListEventBusesOutput
	s.ask("ListEventBuses", &sdk.ListEventBusesInput{}, &buses)
	for _, b := range buses.EventBuses {
		add("bus %s %q tags %d policy %s", *b.Name, aws.ToString(b.Description), s.tags(b.Arn), aws.ToString(b.Policy))
		var rules sdk.ListRulesOutput
		s.ask("ListRules", &sdk.ListRulesInput{EventBusName: b.Name}, &rules)
		for _, r := range rules.Rules {
			name, _, _ := strings.Cut(strings.TrimPrefix(*r.Name, "shop-"), "-")
			add("rule %s on %s %s%s %s %q tags %d", name, *b.Name, aws.ToString(r.EventPattern), aws.ToString(r.ScheduleExpression), r.State, aws.ToString(r.Description), s.tags(r.Arn))
			var targets sdk.ListTargetsByRuleOutput
			s.ask("ListTargetsByRule", &sdk.ListTargetsByRuleInput{Rule: r.Name, EventBusName: b.Name}, &targets)
			for _, t := range targets.Targets {
				strategies := 0
				if t.EcsParameters != nil {
					strategies = len(t.EcsParameters.PlacementStrategy)
				}
				add("target %s of %s %s strategies %d", *t.Id, name, aws.ToString(t.Input), strategies)
			}
		}
	}
	slices.Sort(all)
	return all
}

func (s *events) tags(arn *string) int {
	s.t.Helper()
	var out sdk.ListTagsForResourceOutput
	s.ask("ListTagsForResource", &sdk.ListTagsForResourceInput{ResourceARN: arn}, &out)
	return len(out.Tags)
}

const (
	queue   = "{Id: queue, Arn: 'arn:aws:sqs:eu-west-1:123456789012:q', Input: '{}'}"
	another = "{Id: queue, Arn: 'arn:aws:sqs:eu-west-1:123456789012:q', Input: '[]'}"
	cluster = "{Id: cluster, Arn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/c', RoleArn: 'arn:aws:iam::123456789012:role/r', EcsParameters: {TaskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/t:1', TaskCount: '2', PlacementStrategies: [{Type: spread, Field: host}]}}"
	allowed = "{Effect: Allow, Principal: '*', Action: 'events:PutEvents', Resource: 'arn:aws:events:eu-west-1:123456789012:event-bus/orders'}"
)

var parts = []typestest.Part{
	typestest.Of("Bus", "AWS::Events::EventBus", "{Name: orders, Description: d, Tags: [{Key: k, Value: v}]}", "{Name: orders, DeadLetterConfig: {Arn: 'arn:aws:sqs:eu-west-1:123456789012:q'}}"),
	typestest.Of("Simple", "AWS::Events::EventBusPolicy", "{StatementId: simple, EventBusName: '${Bus}', Action: 'events:PutEvents', Principal: '111122223333'}", "{StatementId: simple, EventBusName: '${Bus}', Action: 'events:PutEvents', Principal: '*'}"),
	typestest.Of("Whole", "AWS::Events::EventBusPolicy", "{StatementId: whole, EventBusName: '${Bus}', Statement: "+allowed+"}", ""),
	typestest.Of("Rule", "AWS::Events::Rule",
		"{EventBusName: '${Bus}', EventPattern: {source: [aws.ecs], detail: {count: [{numeric: ['>', 5]}]}}, Description: d, State: DISABLED, Targets: ["+queue+", "+cluster+"]}",
		"{EventBusName: '${Bus.Arn}', EventPattern: '{\"source\": [\"aws.ec2\"]}', Tags: [{Key: k, Value: v}], Targets: ["+another+"]}"),
	typestest.Of("Timed", "AWS::Events::Rule", "{Name: timed, ScheduleExpression: rate(1 hour), Targets: ["+queue+"]}", "{Name: timed, ScheduleExpression: rate(2 hours)}"),
}

func TestEachTypeLives(t *testing.T) {
	s := newEvents(t)
	s.Live(parts, s.inventory)
}

func TestEveryProperty(t *testing.T) { typestest.EveryProperty(t, eventbridge.Types(), parts) }

func TestLostAnswers(t *testing.T) {
	s := newEvents(t)
	s.LoseAnswers(parts, s.inventory)
}

func TestRefAndChanges(t *testing.T) {
	s := newEvents(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	for name, want := range map[string]string{"Bus": "orders", "Whole": "orders|whole", "Rule": "orders|shop-Rule-", "Timed": "timed"} {
		if got := s.Ref(name); !strings.HasPrefix(got, want) {
			t.Errorf("Ref of %s is %s", name, got)
		}
	}
	if got := s.GetAtt("Timed", "Arn"); got != "arn:aws:events:eu-west-1:123456789012:rule/timed" {
		t.Errorf("the ARN is %s", got)
	}
	want := []string{
		`rule Rule on orders {"source":["aws.ecs"],"detail":{"count":[{"numeric":[">",5]}]}} DISABLED "d" tags 4`,
		"target cluster of Rule  strategies 1", "target queue of Rule {} strategies 0",
	}
	s.contains(want)
	for _, p := range parts[3:] {
		if failure := s.Update(p.Name, p.Changed); failure != nil {
			t.Fatal(failure.Message)
		}
	}
	s.contains([]string{
		`rule Rule on orders {"source": ["aws.ec2"]} ENABLED "" tags 5`, "target queue of Rule [] strategies 0", `rule timed on default rate(2 hours) ENABLED "" tags 4`,
	})
	if got := s.inventory(); slices.Contains(got, "target cluster of Rule  strategies 1") || slices.Contains(got, "target queue of timed {} strategies 0") {
		t.Errorf("targets that are not wanted any more are there: %q", got)
	}
	if failure := s.Update("Bus", "{Name: orders, Policy: {Version: 2012-10-17, Statement: ["+strings.Replace(allowed, "{", "{Sid: own, ", 1)+"]}}"); failure != nil {
		t.Fatal(failure.Message)
	}
	if got := s.GetAtt("Bus", "Policy"); !strings.Contains(got, `"Sid":"own"`) || strings.Contains(got, "whole") {
		t.Errorf("the policy is %s", got)
	}
	if failure := s.Update("Bus", "{Name: orders}"); failure != nil || s.GetAtt("Bus", "Policy") != "" {
		t.Errorf("the policy stays: %s, %+v", s.GetAtt("Bus", "Policy"), failure)
	}
}

func (s *events) contains(want []string) {
	s.t.Helper()
	got := s.inventory()
	for _, line := range want {
		if !slices.Contains(got, line) {
			s.t.Errorf("there is\n%s\nwithout\n%s", strings.Join(got, "\n"), line)
		}
	}
}

// TestWhatIsThereIsNotTheStacks: what others have made fails a create, and stays when that is taken back.
func TestWhatIsThereIsNotTheStacks(t *testing.T) {
	s := newEvents(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	before := s.inventory()
	for _, p := range parts {
		if p.Name == "Rule" {
			continue // its name is generated
		}
		if failure := s.Create("Second", p.Kind, p.Properties); failure == nil || failure.Code != handler.AlreadyExists {
			t.Errorf("a second %s: %+v", p.Name, failure)
		}
		if failure := s.Delete("Second"); failure != nil {
			t.Error(failure.Message)
		}
	}
	if after := s.inventory(); !slices.Equal(before, after) {
		t.Errorf("there was %q, and now %q", before, after)
	}
}

// TestTargetThatIsRefused fails the rule with EventBridge's own words, and leaves none.
func TestTargetThatIsRefused(t *testing.T) {
	s := newEvents(t)
	before := s.inventory()
	failure := s.Create("Rule", "AWS::Events::Rule", "{ScheduleExpression: rate(1 hour), Targets: [{Id: a, Arn: none}]}")
	if failure == nil || !strings.Contains(failure.Message, "(Service: EventBridge, Status Code: 400") {
		t.Errorf("it says %+v", failure)
	}
	if failure := s.Delete("Rule"); failure != nil {
		t.Error(failure.Message)
	}
	if after := s.inventory(); !slices.Equal(before, after) {
		t.Errorf("there was %q, and now %q", before, after)
	}
}
