package alarmstate

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// putComposite writes a composite alarm with another state or suppression, and what follows. What suppresses actions
// changes with an event and without an item of states in the history; an action that is suppressed has an item, and is
// done when it is released. Source: recorded answers.
func putComposite(tx *store.Tx, before, after *cloudwatch.Composite) {
	cloudwatch.Composites.Put(tx, after)
	change := Change{
		Scope: after.Scope, ARN: after.ARN(), Name: after.Name, Type: types.AlarmTypeCompositeAlarm,
		Old: OfComposite(before), New: OfComposite(after), Configuration: compositeOfStates(after),
	}
	var actions []string
	if after.ActionsEnabled {
		actions = after.ActionsFor(after.State)
	}
	if after.SuppressedBy == "" {
		change.Actions = actions
	}
	Record(tx, change)
	if after.SuppressedBy == "" {
		return
	}
	for _, action := range actions {
		item := actionItem{State: "Suppressed", UpdatedAt: after.StateAt.UnixMilli(), Resource: action}
		cloudwatch.AddHistory(tx, &cloudwatch.HistoryItem{
			Scope: after.Scope, AlarmName: after.Name, AlarmType: types.AlarmTypeCompositeAlarm, At: after.StateAt, Type: types.HistoryItemTypeAction,
			Summary: "Suppressed action " + action, Data: string(wire.MustText(item)),
		})
	}
}

// compositeStates is the configuration of a composite alarm in events about its state.
type compositeStates struct {
	Rule            string  `json:"alarmRule"`
	Suppressor      *string `json:"actionsSuppressor,omitempty"`
	WaitPeriod      *int32  `json:"actionsSuppressorWaitPeriod,omitempty"`
	ExtensionPeriod *int32  `json:"actionsSuppressorExtensionPeriod,omitempty"`
	Description     *string `json:"description,omitempty"`
}

func compositeOfStates(c *cloudwatch.Composite) compositeStates {
	return compositeStates{c.Rule, c.Suppressor, c.WaitPeriod, c.ExtensionPeriod, c.Description}
}

// compositeConfiguration is the configuration of a composite alarm in events about its configuration.
type compositeConfiguration struct {
	compositeStates
	AlarmName      string   `json:"alarmName"`
	ActionsEnabled bool     `json:"actionsEnabled"`
	Timestamp      string   `json:"timestamp"`
	OKActions      []string `json:"okActions"`
	AlarmActions   []string `json:"alarmActions"`
	NoDataActions  []string `json:"insufficientDataActions"`
}

func compositeInEvents(c *cloudwatch.Composite) compositeConfiguration {
	return compositeConfiguration{
		compositeStates: compositeOfStates(c), AlarmName: c.Name, ActionsEnabled: c.ActionsEnabled, Timestamp: Time(c.ConfiguredAt),
		OKActions: List(c.OKActions), AlarmActions: List(c.AlarmActions), NoDataActions: List(c.NoDataActions),
	}
}

// compositeDocument is a composite alarm as its history has it, in the order of recorded answers.
type compositeDocument struct {
	Name            string       `json:"alarmName"`
	Description     *string      `json:"alarmDescription,omitempty"`
	ARN             string       `json:"alarmArn"`
	ConfiguredAt    string       `json:"alarmConfigurationUpdatedTimestamp"`
	Rule            string       `json:"alarmRule"`
	Suppressor      *string      `json:"actionsSuppressor,omitempty"`
	WaitPeriod      *int32       `json:"actionsSuppressorWaitPeriod,omitempty"`
	ExtensionPeriod *int32       `json:"actionsSuppressorExtensionPeriod,omitempty"`
	State           string       `json:"stateValue"`
	StateAt         string       `json:"stateUpdatedTimestamp"`
	ActionsEnabled  bool         `json:"actionsEnabled"`
	AlarmActions    []string     `json:"alarmActions"`
	NoDataActions   []string     `json:"insufficientDataActions"`
	ChildStates     []childState `json:"childStates"`
	OKActions       []string     `json:"okactions"`
}

type childState struct {
	ARN   string `json:"arn"`
	State struct {
		Value        types.StateValue `json:"value"`
		TransitionAt string           `json:"transitionTimestamp"`
		At           string           `json:"timestamp"`
	} `json:"state"`
}

func compositeInHistory(tx *store.Tx, c *cloudwatch.Composite) compositeDocument {
	d := compositeDocument{
		Name: c.Name, Description: c.Description, ARN: c.ARN(), ConfiguredAt: Time(c.ConfiguredAt), Rule: c.Rule, Suppressor: c.Suppressor,
		WaitPeriod: c.WaitPeriod, ExtensionPeriod: c.ExtensionPeriod, State: string(c.State), StateAt: Time(c.StateAt), ActionsEnabled: c.ActionsEnabled,
		AlarmActions: List(c.AlarmActions), NoDataActions: List(c.NoDataActions), ChildStates: []childState{}, OKActions: List(c.OKActions),
	}
	for _, child := range c.Children {
		if s := cloudwatch.StandingOf(tx, child); s != nil {
			state := childState{ARN: child}
			state.State.Value, state.State.TransitionAt, state.State.At = s.State, Time(s.ChangedAt), Time(s.At)
			d.ChildStates = append(d.ChildStates, state)
		}
	}
	return d
}

// configuredComposite writes what follows from a change of the configuration of a composite alarm.
func configuredComposite(tx *store.Tx, before, after *cloudwatch.Composite, now time.Time) {
	about := after
	if after == nil {
		about = before
	}
	c := Configuration{Scope: about.Scope, ARN: about.ARN(), Name: about.Name, Type: types.AlarmTypeCompositeAlarm, State: OfComposite(about), At: now}
	if before != nil {
		c.HistoryBefore, c.EventBefore = compositeInHistory(tx, before), compositeInEvents(before)
	}
	if after != nil {
		c.HistoryAfter, c.EventAfter = compositeInHistory(tx, after), compositeInEvents(after)
	}
	RecordConfiguration(tx, c)
}
