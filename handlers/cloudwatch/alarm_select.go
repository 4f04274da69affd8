package cloudwatch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

type anyAlarm struct {
	metric    *cloudwatch.Alarm
	composite *cloudwatch.Composite
}

func (a anyAlarm) name() string {
	if a.metric != nil {
		return a.metric.Name
	}
	return a.composite.Name
}

func (a anyAlarm) state() types.StateValue {
	if a.metric != nil {
		return a.metric.State
	}
	return a.composite.State
}

func (a anyAlarm) actions() []string {
	if m := a.metric; m != nil {
		return slices.Concat(m.OKActions, m.AlarmActions, m.NoDataActions)
	}
	return slices.Concat(a.composite.OKActions, a.composite.AlarmActions, a.composite.NoDataActions)
}

// selected are the alarms that a request asks for. Without types it is metric alarms (source: recorded answers).
func selected(tx *store.Tx, s arn.Scope, in *sdk.DescribeAlarmsInput) (found []anyAlarm) {
	prefix := aws.ToString(in.AlarmNamePrefix)
	if len(in.AlarmTypes) == 0 || slices.Contains(in.AlarmTypes, types.AlarmTypeMetricAlarm) {
		for _, a := range cloudwatch.Alarms.Starting(tx, s, prefix) {
			found = append(found, anyAlarm{metric: a})
		}
	}
	if slices.Contains(in.AlarmTypes, types.AlarmTypeCompositeAlarm) {
		for _, c := range cloudwatch.Composites.Starting(tx, s, prefix) {
			found = append(found, anyAlarm{composite: c})
		}
	}
	return slices.DeleteFunc(found, func(a anyAlarm) bool {
		return len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, a.name()) || in.StateValue != "" && a.state() != in.StateValue ||
			in.ActionPrefix != nil && !slices.ContainsFunc(a.actions(), func(action string) bool { return strings.HasPrefix(action, *in.ActionPrefix) })
	})
}

// relatives are the alarms that the rule of a composite alarm names, or the composite alarms whose rules name an alarm.
// A name that no alarm has has none; that is the emulator's choice.
func relatives(tx *store.Tx, s arn.Scope, in *sdk.DescribeAlarmsInput) (found []anyAlarm) {
	if in.ParentsOfAlarmName != nil {
		for _, c := range cloudwatch.Parents(tx, s, cloudwatch.AlarmARN(s, *in.ParentsOfAlarmName)) {
			found = append(found, anyAlarm{composite: c})
		}
		return found
	}
	c := cloudwatch.Composites.Find(tx, s, *in.ChildrenOfAlarmName)
	if c == nil {
		return nil
	}
	for _, child := range c.Children {
		if a := cloudwatch.AlarmByARN(tx, s, child); a != nil {
			found = append(found, anyAlarm{metric: a})
		} else if other := cloudwatch.CompositeByARN(tx, s, child); other != nil {
			found = append(found, anyAlarm{composite: other})
		}
	}
	return found
}

// checkRelatives refuses other parameters beside those that ask for relatives.
// Source: CloudWatch API reference, DescribeAlarms. The words are the emulator's.
func checkRelatives(in *sdk.DescribeAlarmsInput) error {
	others := len(in.AlarmNames) > 0 || in.AlarmNamePrefix != nil || len(in.AlarmTypes) > 0 || in.StateValue != "" || in.ActionPrefix != nil
	if others || in.ChildrenOfAlarmName != nil && in.ParentsOfAlarmName != nil {
		return validation("ChildrenOfAlarmName and ParentsOfAlarmName can be set with MaxRecords and NextToken only.")
	}
	return nil
}

// brief leaves of an alarm what AWS shows of relatives. Source: CloudWatch API reference, DescribeAlarms.
func brief(out *sdk.DescribeAlarmsOutput, parents bool) {
	for i, a := range out.MetricAlarms {
		out.MetricAlarms[i] = types.MetricAlarm{AlarmName: a.AlarmName, AlarmArn: a.AlarmArn, StateValue: a.StateValue, StateUpdatedTimestamp: a.StateUpdatedTimestamp}
	}
	for i, a := range out.CompositeAlarms {
		left := types.CompositeAlarm{AlarmName: a.AlarmName, AlarmArn: a.AlarmArn}
		if !parents {
			left.StateValue, left.StateUpdatedTimestamp = a.StateValue, a.StateUpdatedTimestamp
		}
		out.CompositeAlarms[i] = left
	}
}
