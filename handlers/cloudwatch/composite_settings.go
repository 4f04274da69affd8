package cloudwatch

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmrule"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Bounds of relations between alarms. Source: CloudWatch API reference, PutCompositeAlarm.
const (
	mostChildren = 100
	mostParents  = 150
)

// compositeSettingsOf are what a request says of a composite alarm and the names in its rule, or what is wrong with it.
// Words that are not recorded are the emulator's.
func compositeSettingsOf(in *sdk.PutCompositeAlarmInput) (s *cloudwatch.CompositeSettings, names []string, err error) {
	if err := checkName(*in.AlarmName); err != nil {
		return nil, nil, err
	}
	if in.ActionConfiguration != nil {
		return nil, nil, notBuilt("ActionConfiguration of alarms")
	}
	if err := checkSuppressor(in); err != nil {
		return nil, nil, err
	}
	if err := checkActions(in.OKActions, in.AlarmActions, in.InsufficientDataActions); err != nil {
		return nil, nil, err
	}
	rule, err := alarmrule.Parse(*in.AlarmRule)
	if err != nil {
		return nil, nil, validation("%s", err)
	}
	return &cloudwatch.CompositeSettings{
		Description:    in.AlarmDescription,
		ActionSettings: actionSettings(in.ActionsEnabled, in.OKActions, in.AlarmActions, in.InsufficientDataActions),
		Rule:           *in.AlarmRule, Suppressor: in.ActionsSuppressor,
		WaitPeriod: in.ActionsSuppressorWaitPeriod, ExtensionPeriod: in.ActionsSuppressorExtensionPeriod,
	}, rule.Names(), nil
}

// checkSuppressor refuses a suppressor that is no alarm, before it is looked up, and one without both periods.
//
// Source: CW0032. That an extension period needs a suppressor is said by analogy; the last words are the emulator's.
func checkSuppressor(in *sdk.PutCompositeAlarmInput) error {
	wait, extension := in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod
	if suppressor := in.ActionsSuppressor; suppressor != nil {
		switch {
		case arn.Is(*suppressor) && !strings.Contains(*suppressor, ":alarm:"):
			return validation("ActionsSuppressor must be a valid CloudWatch Alarm ARN or an Alarm name")
		case wait == nil:
			return validation("ActionsSuppressorWaitPeriod must not be null")
		case extension == nil:
			return validation("ActionsSuppressorExtensionPeriod must not be null")
		}
	}
	switch {
	case wait != nil && in.ActionsSuppressor == nil:
		return validation("ActionsSuppressorWaitPeriod requires an ActionSuppressor")
	case extension != nil && in.ActionsSuppressor == nil:
		return validation("ActionsSuppressorExtensionPeriod requires an ActionSuppressor")
	case wait != nil && *wait < 0 || extension != nil && *extension < 0:
		return validation("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must not be negative.")
	}
	return nil
}

// childrenOf are the ARNs of the alarms in a rule. Source of the words: recorded answers, but for the last.
func childrenOf(c *cloudwatch.Composite, names []string) (children []string, err error) {
	others := slices.Clone(names)
	if s := c.SuppressorARN(); s != "" {
		others = append(others, s)
	}
	for _, name := range others {
		child := cloudwatch.AlarmARN(c.Scope, name)
		switch at := arn.ScopeOf(child); {
		case at.Region != c.Scope.Region:
			return nil, validation("Error in AlarmRule [Wrong ARN region, it was %s but %s was expected instead]", at.Region, c.Scope.Region)
		case at.Account != c.Scope.Account:
			return nil, validation("A composite alarm cannot have a child relation with alarms from another AWS account")
		case child == c.ARN():
			return nil, validation("A composite alarm cannot have a child relation with itself via its AlarmRule, as it would introduce a circular dependency")
		}
	}
	for _, name := range names {
		if child := cloudwatch.AlarmARN(c.Scope, name); !slices.Contains(children, child) {
			children = append(children, child)
		}
	}
	if len(children) > mostChildren {
		return nil, validation("A composite alarm cannot have more than %d children.", mostChildren)
	}
	return children, nil
}

// checkRelations looks at the alarms that a composite alarm names. Source of the words about a rule: recorded answers.
func checkRelations(tx *store.Tx, c *cloudwatch.Composite) error {
	if cloudwatch.Alarms.Find(tx, c.Scope, c.Name) != nil {
		return validation("AlarmName [%s] is already used by another alarm of a different type", c.Name)
	}
	var missing []string
	for _, child := range c.Children {
		if cloudwatch.StandingOf(tx, child) == nil {
			missing = append(missing, child)
		}
	}
	if len(missing) > 0 {
		return validation("Could not save the composite alarm as alarms [%s] in the alarm rule do not exist", strings.Join(missing, ", "))
	}
	if s := c.SuppressorARN(); s != "" {
		if cloudwatch.StandingOf(tx, s) == nil {
			return validation("Could not save the composite alarm as its actions suppressor %s does not exist", s)
		}
	}
	for _, child := range c.Children {
		others := slices.DeleteFunc(cloudwatch.Parents(tx, c.Scope, child), func(p *cloudwatch.Composite) bool { return p.Name == c.Name })
		if len(others) >= mostParents {
			return validation("The alarm %s is in the rules of %d composite alarms already.", child, mostParents)
		}
	}
	return nil
}
