package cloudwatch

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// describedComposite is a composite alarm as AWS shows it: lists always, other members if they were given, and what
// suppresses actions while it does. Source: recorded answers.
func describedComposite(c *cloudwatch.Composite) types.CompositeAlarm {
	shown := types.CompositeAlarm{
		AlarmName: &c.Name, AlarmArn: aws.String(c.ARN()), AlarmDescription: c.Description, AlarmConfigurationUpdatedTimestamp: &c.ConfiguredAt, AlarmRule: &c.Rule,
		ActionsEnabled: &c.ActionsEnabled, OKActions: orEmpty(c.OKActions), AlarmActions: orEmpty(c.AlarmActions), InsufficientDataActions: orEmpty(c.NoDataActions),
		StateValue: c.State, StateReason: c.Reason, StateReasonData: c.Data, StateUpdatedTimestamp: &c.StateAt, StateTransitionedTimestamp: &c.ChangedAt,
		ActionsSuppressor: c.Suppressor, ActionsSuppressorWaitPeriod: c.WaitPeriod, ActionsSuppressorExtensionPeriod: c.ExtensionPeriod,
		ActionsSuppressedBy: c.SuppressedBy,
	}
	if c.SuppressedBy != "" {
		shown.ActionsSuppressedReason = &c.SuppressedReason
	}
	return shown
}
