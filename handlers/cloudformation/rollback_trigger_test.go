package cloudformation_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TestRollbackConfiguration stays with a stack as far as an update says nothing of it, and an empty list removes its triggers.
func TestRollbackConfiguration(t *testing.T) {
	const a, b = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:b"
	of := func(minutes *int32, alarms ...string) *types.RollbackConfiguration {
		made := &types.RollbackConfiguration{MonitoringTimeInMinutes: minutes}
		for _, each := range alarms {
			made.RollbackTriggers = append(made.RollbackTriggers, types.RollbackTrigger{Arn: aws.String(each), Type: aws.String("AWS::CloudWatch::CompositeAlarm")})
		}
		return made
	}
	s, name := newScene(t), aws.String("web")
	expect := func(want *types.RollbackConfiguration) {
		t.Helper()
		got := ok(s, s.DescribeStacks, &sdk.DescribeStacksInput{StackName: name}).Stacks[0].RollbackConfiguration
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.RollbackConfiguration{}, types.RollbackTrigger{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	made := s.stands("web", func(st *cfn.Stack) { st.Body = *one(`{"P":0}`) })
	n := 0
	update := func(r *types.RollbackConfiguration) {
		t.Helper()
		n++
		ok(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: name, RollbackConfiguration: r, TemplateBody: one(`{"P":` + string(rune('0'+n)) + `}`)})
		s.update(func(tx *store.Tx) { // as the controller leaves it
			done := *cfn.StackAt(tx, made.ID)
			done.Status, done.Stable = cfn.UpdateComplete, nil
			cfn.DeleteOperation(tx, cfn.FindOperation(tx, made.ID))
			cfn.PutStack(tx, &done)
		})
	}
	expect(of(nil))
	update(of(aws.Int32(5), a, b))
	expect(of(aws.Int32(5), a, b))
	update(nil)
	expect(of(aws.Int32(5), a, b))
	update(of(nil, b))
	expect(of(aws.Int32(5), b))
	update(of(aws.Int32(180)))
	expect(of(aws.Int32(180), b))
	update(&types.RollbackConfiguration{RollbackTriggers: []types.RollbackTrigger{}, MonitoringTimeInMinutes: aws.Int32(0)})
	expect(of(nil))
	invalid(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: name, RollbackConfiguration: of(aws.Int32(181)), TemplateBody: one(`{}`)},
		"1 validation error detected: Value '181' at 'rollbackConfiguration.monitoringTimeInMinutes' failed to satisfy constraint: Member must have value less than or equal to 180")
	invalid(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: name, RollbackConfiguration: of(nil, a, a, a, a, a, a), TemplateBody: one(`{}`)},
		"1 validation error detected: Value at 'rollbackConfiguration.rollbackTriggers' failed to satisfy constraint: Member must have length less than or equal to 5")
}
