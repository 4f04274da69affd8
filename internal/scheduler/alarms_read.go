package scheduler

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/cloudwatch"
	cw "github.com/ecs-emulator/ecs-emulator/internal/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Alarm is a CloudWatch alarm that a deployment names.
type Alarm struct {
	ARN       string
	Triggered bool
	// Window is how long it takes to tell of trouble: its evaluation periods.
	Window time.Duration
}

// readAlarms gathers the alarms that a service deployment watches, by name. One that is gone is not
// triggered; it may come back.
func readAlarms(tx *state.Tx, r *state.ServiceDeployment) map[string]Alarm {
	c := deploymentAlarms(r)
	if c == nil {
		return nil
	}
	found, scope := map[string]Alarm{}, arn.ScopeOf(r.ServiceARN)
	for _, name := range c.AlarmNames {
		if a := cloudwatch.FindAlarm(tx, scope, name); a != nil {
			found[name] = Alarm{
				ARN: a.ARN(), Triggered: a.State == cw.StateValueAlarm,
				Window: window(tx, a.ARN(), map[string]bool{}),
			}
		} else if c := cloudwatch.FindComposite(tx, scope, name); c != nil {
			found[name] = Alarm{ARN: c.ARN(), Triggered: c.State == cw.StateValueAlarm, Window: window(tx, c.ARN(), map[string]bool{})}
		} else {
			found[name] = Alarm{ARN: (&cloudwatch.Alarm{Scope: scope, Name: name}).ARN()}
		}
	}
	return found
}

// window is how long an alarm takes to tell of trouble: its evaluation periods, or those of the slowest alarm that the rule
// of a composite alarm names, which is the emulator's choice. What has been seen does not count again: rules may go in a
// circle.
func window(tx *state.Tx, alarmARN string, seen map[string]bool) (longest time.Duration) {
	if seen[alarmARN] {
		return 0
	}
	seen[alarmARN] = true
	scope := arn.ScopeOf(alarmARN)
	if a := cloudwatch.AlarmByARN(tx, scope, alarmARN); a != nil {
		return time.Duration(a.EvaluationPeriods) * a.LongestPeriod()
	}
	if c := cloudwatch.CompositeByARN(tx, scope, alarmARN); c != nil {
		for _, child := range c.Children {
			longest = max(longest, window(tx, child, seen))
		}
	}
	return longest
}

// deploymentAlarms are those that a service deployment is to watch; nil: none.
func deploymentAlarms(r *state.ServiceDeployment) *types.DeploymentAlarms {
	if r == nil || r.DeploymentConfiguration == nil {
		return nil
	}
	if c := r.DeploymentConfiguration.Alarms; c != nil && c.Enable {
		return c
	}
	return nil
}
