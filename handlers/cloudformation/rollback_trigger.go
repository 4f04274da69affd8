package cloudformation

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// checkTriggers refuses triggers that are no alarms (CFN0041; CFN-98). One that is not there fails the operation.
func checkTriggers(r *types.RollbackConfiguration) error {
	if r == nil {
		return nil
	}
	for _, t := range r.RollbackTriggers {
		if kind := aws.ToString(t.Type); kind != "AWS::CloudWatch::Alarm" && kind != "AWS::CloudWatch::CompositeAlarm" {
			return invalid("Rollback Trigger Type not supported")
		}
		if !strings.Contains(aws.ToString(t.Arn), ":alarm:") {
			return invalid("RelativeId of a Rollback Trigger's ARN is incorrect")
		}
	}
	return nil
}

// rollbackWanted is what a request makes of a stack's rollback configuration: what it says nothing of stays, and an empty list removes
// all triggers. That the time stays, too, is a guess. Source: CloudFormation API reference, RollbackConfiguration.
func rollbackWanted(r *types.RollbackConfiguration, was cfn.RollbackConfiguration) cfn.RollbackConfiguration {
	if r == nil {
		return was
	}
	if r.MonitoringTimeInMinutes != nil {
		was.MonitoringMinutes = *r.MonitoringTimeInMinutes
	}
	if r.RollbackTriggers != nil {
		was.Triggers = nil
		for _, t := range r.RollbackTriggers {
			was.Triggers = append(was.Triggers, cfn.RollbackTrigger{ARN: *t.Arn, Type: *t.Type})
		}
	}
	return was
}
