package routing

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// matching is an event that is held against rules.
type matching struct {
	Event
	now   time.Time
	taken *eventpattern.Event // the event, taken apart
	made  []*delivery.Delivery
}

// wants reports whether a rule gets the event.
func (m *matching) wants(rule *compiledRule) bool {
	switch {
	case m.Rule != nil && m.Rule.Name == rule.Name:
		return true
	case m.Sequence > 0 && m.Sequence <= rule.Since, rule.pattern == nil:
		return false
	}
	return rule.pattern.Matches(m.taken)
}

// add makes a delivery for each target of a rule.
func (m *matching) add(rule *compiledRule) {
	resource, _ := m.taken.Text("resources")
	about := targetinput.Context{RuleName: rule.Name, RuleARN: rule.arn, Ingested: m.now}
	for _, row := range rule.targets {
		t := &row.Target
		d := &delivery.Delivery{
			ID: arn.NewUUID(), Scope: m.Scope, Source: rule.arn, Name: rule.Name, TargetID: *t.Id, TargetARN: *t.Arn,
			Resource: resource, ECS: t.EcsParameters, Passed: m.Passed, MadeAt: m.now, NextAt: m.now,
			MaxAttempts: delivery.DefaultAttempts, MaxAge: delivery.DefaultAge,
		}
		body, valid := targetinput.Render(t, m.JSON, about)
		d.Body, d.Invalid = body, !valid
		d.RoleARN = roleOf(rule.Rule, row)
		if p := t.SqsParameters; p != nil {
			d.MessageGroupID = aws.ToString(p.MessageGroupId)
		}
		if c := t.DeadLetterConfig; c != nil {
			d.DeadLetterARN = aws.ToString(c.Arn)
		}
		if p := t.RetryPolicy; p != nil {
			if p.MaximumRetryAttempts != nil {
				d.MaxAttempts = int(*p.MaximumRetryAttempts)
			}
			if p.MaximumEventAgeInSeconds != nil {
				d.MaxAge = time.Duration(*p.MaximumEventAgeInSeconds) * time.Second
			}
		}
		m.made = append(m.made, d)
	}
}

// roleOf is the role with which a target is called: its own, or that of the rule.
// Source: documentation of Terraform's aws_cloudwatch_event_rule, role_arn.
func roleOf(rule *eventbridge.Rule, t *eventbridge.Target) string {
	return aws.ToString(cmp.Or(t.Target.RoleArn, rule.RoleARN))
}
