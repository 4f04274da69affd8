package alarmaction_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmaction"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

const (
	topic    = "arn:aws:sns:eu-west-1:123456789012:page"
	function = "arn:aws:lambda:eu-west-1:123456789012:function:page"
	nowhere  = "arn:aws:sns:eu-west-1:123456789012:nowhere"
	reboot   = "arn:aws:automate:eu-west-1:ec2:reboot"
)

// scene has the alarm "errors" and the composite alarm C of it, each with actions, and the controller.
type scene struct {
	*testing.T
	rows  *store.Store
	clock *clock.Clock
}

func withScene(t *testing.T, story func(s *scene)) {
	synctest.Test(t, func(t *testing.T) {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		s := &scene{t, rows, clock.New(clock.Options{})}
		defer s.clock.Close()
		loop := alarmaction.New(alarmaction.Options{Store: rows, Clock: s.clock, Log: slog.New(slog.DiscardHandler), Way: func(target string) error {
			if target == nowhere {
				return errors.New("there is no way to " + target)
			}
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = loop.Run(ctx) }()
		defer func() { cancel(); <-ended }()
		a := &cloudwatch.Alarm{Scope: scope, Name: "errors", ConfiguredAt: s.clock.Now()}
		a.ActionsEnabled, a.AlarmActions = true, []string{topic, function, nowhere, reboot}
		a.Begin(s.clock.Now())
		s.update(func(tx *store.Tx) { cloudwatch.Alarms.Put(tx, a) })
		s.set(types.StateValueOk)
		c := &cloudwatch.Composite{Scope: scope, Name: "C", Children: []string{a.ARN()}, ConfiguredAt: s.clock.Now(), CompositeSettings: cloudwatch.CompositeSettings{
			Rule: "ALARM(errors)", ActionSettings: cloudwatch.ActionSettings{ActionsEnabled: true, AlarmActions: []string{topic}},
		}}
		s.update(func(tx *store.Tx) { alarmstate.Configure(tx, nil, c, s.clock.Now()) })
		story(s)
	})
}

func (s *scene) update(do func(tx *store.Tx)) {
	s.Helper()
	if err := s.rows.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		s.Fatal(err)
	}
	synctest.Wait()
}

// set gives the alarm a state.
func (s *scene) set(to types.StateValue) {
	s.Helper()
	reason := "by hand"
	s.update(func(tx *store.Tx) {
		alarmstate.Set(tx, cloudwatch.Alarms.Find(tx, scope, "errors"), alarmstate.State{Value: to, Reason: &reason, At: s.clock.Now()})
	})
}

// history is what that of an alarm says of actions.
func (s *scene) history(alarm string) (all string) {
	for _, h := range cloudwatch.History(s.rows.Read(), scope, alarm) {
		if h.Type == types.HistoryItemTypeAction {
			all += h.Summary + "\n"
		}
	}
	return all
}

// Topics and functions get a delivery each. What has no way there, or is not done here, is a line in the history.
func TestActions(t *testing.T) {
	withScene(t, func(s *scene) {
		s.set(types.StateValueAlarm)
		got := map[string]*delivery.Delivery{}
		for _, d := range delivery.Pending(s.rows.Read()) {
			got[d.Name+" "+d.TargetARN] = d
		}
		if len(got) != 3 || got["errors "+topic] == nil || got["errors "+function] == nil || got["C "+topic] == nil {
			s.Fatalf("deliveries: %+v", got)
		}
		if d := got["errors "+topic]; d.Subject != `ALARM: "errors" in EU (Ireland)` || !strings.Contains(d.Body, `"NewStateValue":"ALARM","NewStateReason":"by hand"`) {
			s.Errorf("the topic gets %q: %s", d.Subject, d.Body)
		}
		if d := got["errors "+function]; !strings.Contains(d.Body, `"source":"aws.cloudwatch"`) {
			s.Errorf("the function gets %s", d.Body)
		}
		said := s.history("errors")
		for _, want := range []string{"there is no way to " + nowhere, "no actions of Amazon EC2"} {
			if !strings.Contains(said+s.data("errors"), want) {
				s.Errorf("the history has %q, want %q", said, want)
			}
		}
		s.update(func(tx *store.Tx) {
			d := got["errors "+topic]
			delivery.Delete(tx, d)
			alarmaction.Ended(tx, d, nil, s.clock.Now())
		})
		if said := s.history("errors"); !strings.Contains(said, "Successfully executed action "+topic) {
			s.Errorf("the history has %q", said)
		}
	})
}

// data is the data of the items about actions.
func (s *scene) data(alarm string) (all string) {
	for _, h := range cloudwatch.History(s.rows.Read(), scope, alarm) {
		all += h.Data
	}
	return all
}

// The message about a composite alarm has its rule, and the alarms that have led to its state: none where a client set it.
func TestMessagesOfCompositeAlarms(t *testing.T) {
	withScene(t, func(s *scene) {
		if err := s.clock.Advance(s.Context(), time.Minute); err != nil {
			s.Fatal(err)
		}
		s.set(types.StateValueAlarm)
		at := alarmstate.Time(s.clock.Now())
		s.told("C", fmt.Sprintf(`[{"Arn":"%s","State":{"Value":"ALARM","Timestamp":"%s"}}]`, cloudwatch.AlarmARN(scope, "errors"), at))
	})
	withScene(t, func(s *scene) {
		reason := "by hand"
		s.update(func(tx *store.Tx) {
			alarm := alarmstate.State{Value: types.StateValueAlarm, Reason: &reason, At: s.clock.Now()}
			alarmstate.SetComposite(tx, cloudwatch.Composites.Find(tx, scope, "C"), alarm)
		})
		s.told("C", `[]`)
	})
}

// told expects a message about a composite alarm with children that triggered it.
func (s *scene) told(composite, children string) {
	s.Helper()
	for _, d := range delivery.Pending(s.rows.Read()) {
		var got struct {
			AlarmRule          string
			TriggeringChildren json.RawMessage
		}
		if d.Name != composite {
			continue
		}
		if err := json.Unmarshal([]byte(d.Body), &got); err != nil {
			s.Fatal(err)
		}
		if got.AlarmRule != "ALARM(errors)" || string(got.TriggeringChildren) != children {
			s.Errorf("the message is %s, want TriggeringChildren %s", d.Body, children)
		}
		return
	}
	s.Error("there is no message")
}
