// Package alarmaction does what alarms are to do when their states change, but for scaling policies: it makes deliveries for
// topics of SNS and functions of Lambda, and writes in the history of the alarm what has become of each action.
package alarmaction

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/evaluation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what actions are done with. All fields are required.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger
	// Way refuses the ARN of a topic or function to which there is no way.
	Way func(target string) error
}

type controller struct {
	*reconcile.Loop
	Options
}

// New makes the loop that does actions: when it is idle, there is a delivery, or an item in a history, for each of them.
func New(opts Options) *reconcile.Loop {
	c := &controller{Options: opts}
	c.Loop = reconcile.New(reconcile.Options{
		Name: "action of an alarm", Clock: opts.Clock, Log: opts.Log, Watch: opts.Store.Watch(0, cloudwatch.OnActionsBy(own)),
		Reconcile: c.reconcile,
	})
	return c.Loop
}

// own is the key of an action, unless it is one of Application Auto Scaling.
func own(a *cloudwatch.Action) string {
	if evaluation.IsScalingPolicy(a.ARN) {
		return ""
	}
	return a.Key()
}

// Retries of actions. That there are some, and the first after seconds, is from field reports; how many is a choice: what
// cannot be done stands in the history soon.
const (
	mostAttempts = 5
	longest      = time.Hour
)

// reconcile removes an action, and puts a delivery or says why there is none, in one transaction.
func (c *controller) reconcile(_ context.Context, key string) (never time.Time, err error) {
	now := c.Clock.Now()
	return never, c.Store.Update(func(tx *store.Tx) error {
		a := cloudwatch.FindAction(tx, key)
		if a == nil {
			return nil
		}
		c.Causes(tx, key)
		cloudwatch.DeleteAction(tx, a)
		if why := c.refuses(a.ARN); why != "" {
			alarmstate.Done(tx, a, alarmstate.Failed(a.ARN, why), now)
			return nil
		}
		d := &delivery.Delivery{
			ID: arn.NewUUID(), Scope: arn.ScopeOf(a.Alarm), Source: a.Alarm, Name: cloudwatch.AlarmName(a.Alarm), TargetARN: a.ARN, Resource: a.Alarm,
			MadeAt: now, NextAt: now, MaxAttempts: mostAttempts, MaxAge: longest, Alarm: record(a),
		}
		if service(a.ARN) == "sns" {
			d.Body, d.Subject = message(tx, a), subject(a)
		} else {
			d.Body = payload(a)
		}
		delivery.Put(tx, d)
		return nil
	})
}

// refuses says why an action is not done; empty: it is.
func (c *controller) refuses(action string) string {
	switch s := service(action); s {
	case "sns", "lambda":
		if err := c.Way(action); err != nil {
			return err.Error()
		}
		return ""
	default:
		return fmt.Sprintf("ecs-emulator does no actions of %s, such as %s", titles[s], action)
	}
}

// titles of services whose actions are kept. Source: CloudWatch API reference, PutMetricAlarm.
var titles = map[string]string{
	"automate": "Amazon EC2", "swf": "Amazon EC2", "autoscaling": "Amazon EC2 Auto Scaling", "ssm": "Systems Manager",
	"ssm-incidents": "Incident Manager", "aiops": "CloudWatch investigations",
}

func service(action string) string {
	parts := strings.SplitN(action, ":", 4)
	if len(parts) < 4 {
		return ""
	}
	return parts[2]
}

// Ended writes in the history of an alarm what has become of the delivery of an action. dead says why it was given up; nil:
// the target has got it.
func Ended(tx *store.Tx, d *delivery.Delivery, dead *delivery.DeadLetter, now time.Time) {
	if len(d.Alarm) == 0 {
		return
	}
	a := recorded(d)
	o := alarmstate.Succeeded(a.ARN)
	if dead != nil {
		o = alarmstate.Failed(a.ARN, dead.Message)
	} else if service(a.ARN) == "sns" {
		o.Message = published(d.Body)
	}
	alarmstate.Done(tx, a, o, now)
}
