// Package cloudwatch has the rows of Amazon CloudWatch: alarms of one metric.
package cloudwatch

import (
	"cmp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Alarms are the alarms of one metric of accounts and regions, by their names.
var Alarms = store.NewScoped("cloudwatch-alarm", alarmARN, (*Alarm).ARN)

// Alarm is an alarm of one metric. After its first state, package alarmstate alone writes the state; its handlers
// write everything else.
type Alarm struct {
	Scope arn.Scope
	Name  string
	Settings
	Tags         []types.Tag // in the order in which their keys came
	ConfiguredAt time.Time   // when its settings were last written

	State  types.StateValue
	Reason *string // of the state
	Data   *string // JSON about the reason, as it was sent; nil: there is none
	// StateAt is when the state was last written, and ChangedAt when it last became another one.
	StateAt, ChangedAt time.Time
	Alarmed            int // how many times it went into ALARM
}

// Settings are what PutMetricAlarm replaces.
type Settings struct {
	Description *string
	ActionSettings
	Namespace, Metric                        string
	Dimensions                               []types.Dimension // in the order in which they came
	Statistic                                types.Statistic   // or ExtendedStatistic
	ExtendedStatistic                        *string
	Unit                                     types.StandardUnit
	Period                                   int32 // seconds
	EvaluationPeriods                        int32 // how many periods are looked at
	DatapointsToAlarm                        *int32
	Threshold                                float64
	Comparison                               types.ComparisonOperator
	TreatMissingData, LowSampleCountBehavior *string

	// Metrics, unless it is nil, stands in place of a namespace, metric, dimensions, statistic, unit and period. One of them
	// returns data: what the alarm looks at.
	Metrics []types.MetricDataQuery
}

// Stat is the statistic of an alarm of one metric, as it was asked for.
func (s *Settings) Stat() string {
	return cmp.Or(aws.ToString(s.ExtendedStatistic), string(s.Statistic))
}

func (a *Alarm) ARN() string { return alarmARN(a.Scope, a.Name) }

func alarmARN(s arn.Scope, name string) string { return prefix(s) + name }

// prefix is what the ARNs of a scope's alarms begin with.
func prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":cloudwatch:" + s.Region + ":" + s.Account + ":alarm:"
}

func AlarmName(alarmARN string) string {
	_, name, _ := strings.Cut(alarmARN, ":alarm:")
	return name
}

// AlarmByARN returns the alarm of a scope with an ARN, or nil.
func AlarmByARN(tx *store.Tx, s arn.Scope, alarmARN string) *Alarm {
	if a := Alarms.Get(tx, alarmARN); a != nil && a.Scope == s {
		return a
	}
	return nil
}
