package observe

import (
	"cmp"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	cw "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Alarm is a CloudWatch alarm that a deployment names.
type Alarm struct {
	ARN string
	// Triggered: it is in ALARM, or has been for a while since the deployment began to watch it.
	Triggered bool
	Alarmed   int // how many times it went into ALARM
	// Window is how long it takes to tell of trouble: its evaluation periods.
	Window time.Duration
}

// readAlarms gathers the alarms that a service deployment watches, by name. One that is gone is not
// triggered; it may come back.
func readAlarms(tx *store.Tx, r *state.ServiceDeployment) map[string]Alarm {
	c := DeploymentAlarms(r)
	if c == nil {
		return nil
	}
	found, scope := map[string]Alarm{}, arn.ScopeOf(r.ServiceARN)
	for _, name := range c.AlarmNames {
		alarmARN := (&cloudwatch.Alarm{Scope: scope, Name: name}).ARN()
		is := cmp.Or(cloudwatch.StandingOf(tx, alarmARN), &cloudwatch.Standing{})
		found[name] = Alarm{ARN: alarmARN, Triggered: triggered(is, name, &r.Alarms), Alarmed: is.Alarmed, Window: cloudwatch.Window(tx, alarmARN)}
	}
	return found
}

// triggered reports whether an alarm is in ALARM, or has been since it is watched: an evaluation, or a client, may have had
// it leave that state before the scheduler looked. That this counts is the emulator's choice. An alarm that was made anew
// counts from zero.
func triggered(is *cloudwatch.Standing, name string, watched *state.DeploymentAlarms) bool {
	return is.State == cw.StateValueAlarm || watched.Status != "" && is.Alarmed > watched.Before[name]
}

// DeploymentAlarms are those that a service deployment is to watch; nil: none.
func DeploymentAlarms(r *state.ServiceDeployment) *types.DeploymentAlarms {
	if r == nil || r.DeploymentConfiguration == nil {
		return nil
	}
	if c := r.DeploymentConfiguration.Alarms; c != nil && c.Enable {
		return c
	}
	return nil
}

// leastAlarmBake is for how long at least alarms are watched after a rolling update has all its tasks.
// Source: ECS developer guide, deployment alarms, for a bake time of the evaluation periods; that there is a
// least one is the emulator's choice.
const leastAlarmBake = 3 * time.Minute

// AlarmBake is for how long alarms are watched after a rolling update has all its tasks.
func AlarmBake(r *state.ServiceDeployment, alarms map[string]Alarm) time.Duration {
	bake := leastAlarmBake
	for _, name := range r.Alarms.Names {
		bake = max(bake, alarms[name].Window)
	}
	return bake
}
