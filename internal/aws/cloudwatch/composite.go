package cloudwatch

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Composites are the composite alarms of accounts and regions, by their names.
var Composites = store.NewScoped("cloudwatch-composite-alarm", alarmARN, (*Composite).ARN)

// Composite is an alarm whose state follows from those of others, by a rule. Package alarmstate writes its state and what
// suppresses its actions, also the first time; its handlers write everything else.
type Composite struct {
	Scope arn.Scope
	Name  string
	CompositeSettings
	Children     []string    // ARNs of the alarms that its rule names, each once
	Tags         []types.Tag // in the order in which their keys came
	ConfiguredAt time.Time   // when its settings were last written

	State        types.StateValue // OK or ALARM, and INSUFFICIENT_DATA before the first evaluation
	Reason, Data *string          // of the state; Data is JSON
	// StateAt is when the state or what suppresses was last written, and ChangedAt when the state last became another one.
	StateAt, ChangedAt time.Time
	Alarmed            int // how many times it went into ALARM
	Suppression
}

// CompositeSettings are what PutCompositeAlarm replaces.
type CompositeSettings struct {
	Description *string
	ActionSettings
	Rule                        string
	Suppressor                  *string // name or ARN, as it was given; nil: nothing suppresses actions
	WaitPeriod, ExtensionPeriod *int32  // seconds
}

// Suppression is what keeps a composite from its actions.
type Suppression struct {
	SuppressedBy     types.ActionsSuppressedBy // empty: nothing does
	SuppressedReason string
	SuppressedUntil  time.Time // zero: until the suppressor leaves ALARM
}

func (c *Composite) ARN() string { return AlarmARN(c.Scope, c.Name) }

// AlarmARN is the ARN of an alarm by its name, or by its ARN, which rules and requests may have in place of a name.
func AlarmARN(s arn.Scope, name string) string {
	if strings.HasPrefix(name, "arn:") && strings.Contains(name, ":alarm:") {
		return name
	}
	return prefix(s) + name
}

// SuppressorARN is the suppressor ARN of the alarm that suppresses actions; empty: none does.
func (c *Composite) SuppressorARN() string {
	if c.Suppressor == nil {
		return ""
	}
	return AlarmARN(c.Scope, *c.Suppressor)
}

// CompositeByARN returns the composite alarm of a scope with an ARN, or nil.
func CompositeByARN(tx *store.Tx, s arn.Scope, alarmARN string) *Composite {
	if c := Composites.Get(tx, alarmARN); c != nil && c.Scope == s {
		return c
	}
	return nil
}

// Parents are the composite alarms whose rules name an alarm, in order of their names.
func Parents(tx *store.Tx, s arn.Scope, alarmARN string) []*Composite {
	return slices.DeleteFunc(slices.Clone(Composites.List(tx, s)), func(c *Composite) bool {
		return !slices.Contains(c.Children, alarmARN)
	})
}

// Suppressed are the composite alarms whose actions an alarm suppresses, in order of their names.
func Suppressed(tx *store.Tx, s arn.Scope, alarmARN string) []*Composite {
	return slices.DeleteFunc(slices.Clone(Composites.List(tx, s)), func(c *Composite) bool { return c.SuppressorARN() != alarmARN })
}

// OnSuppressions wakes a watch with the ARN of each composite alarm whose actions are suppressed until another time.
func OnSuppressions() store.Source {
	return store.On(Composites.Table, func(before, after *Composite) []string {
		if after != nil && !after.SuppressedUntil.IsZero() && (before == nil || !before.SuppressedUntil.Equal(after.SuppressedUntil)) {
			return []string{after.ARN()}
		}
		return nil
	})
}
