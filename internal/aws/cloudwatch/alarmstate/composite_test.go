package alarmstate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmstate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// rehearsal is a composite alarm C of an alarm "child", with a suppressor and five seconds for both periods.
type rehearsal struct {
	t     *testing.T
	store *store.Store
	now   time.Time
}

const action = "arn:aws:lambda:eu-west-1:123456789012:function:page"

func newRehearsal(t *testing.T) *rehearsal {
	r := &rehearsal{t, open(t, ""), time.Date(2026, 9, 14, 6, 41, 43, 225e6, time.UTC)}
	t.Cleanup(func() { r.store.Close() })
	for _, name := range []string{"child", "suppressor"} {
		a := &cloudwatch.Alarm{Scope: scope, Name: name, ConfiguredAt: r.now}
		a.Begin(r.now)
		update(t, r.store, func(tx *store.Tx) { cloudwatch.Alarms.Put(tx, a) })
		r.set(name, types.StateValueOk, 0)
	}
	five, by := int32(5), "suppressor"
	c := &cloudwatch.Composite{Scope: scope, Name: "C", Children: []string{cloudwatch.AlarmARN(scope, "child")}, ConfiguredAt: r.now, CompositeSettings: cloudwatch.CompositeSettings{
		Rule: `ALARM("child")`, ActionSettings: cloudwatch.ActionSettings{ActionsEnabled: true, AlarmActions: []string{action}}, Suppressor: &by, WaitPeriod: &five, ExtensionPeriod: &five,
	}}
	update(t, r.store, func(tx *store.Tx) { alarmstate.Configure(tx, nil, c, r.now) })
	return r
}

// set gives a metric alarm a state some milliseconds later.
func (r *rehearsal) set(name string, to types.StateValue, after int) {
	r.t.Helper()
	r.now = r.now.Add(time.Duration(after) * time.Millisecond)
	reason := "by hand"
	update(r.t, r.store, func(tx *store.Tx) {
		alarmstate.Set(tx, cloudwatch.Alarms.Find(tx, scope, name), alarmstate.State{Value: to, Reason: &reason, At: r.now})
	})
}

// release has some milliseconds pass.
func (r *rehearsal) release(after int) {
	r.t.Helper()
	r.now = r.now.Add(time.Duration(after) * time.Millisecond)
	update(r.t, r.store, func(tx *store.Tx) { alarmstate.Release(tx, cloudwatch.Composites.Find(tx, scope, "C"), r.now) })
}

// is asserts the state of C, what suppresses it, the times of both, and what became of its actions.
func (r *rehearsal) is(want string) {
	r.t.Helper()
	tx := r.store.Read()
	c := cloudwatch.Composites.Find(tx, scope, "C")
	got := fmt.Sprintf("%s %s %s %s", c.State, c.SuppressedBy, c.ChangedAt.Format("05.000"), c.StateAt.Format("05.000"))
	for _, h := range cloudwatch.History(tx, scope, "C") {
		if h.Type == types.HistoryItemTypeAction {
			var item struct {
				State string `json:"actionState"`
				At    int64  `json:"stateUpdateTimestamp"`
			}
			if err := json.Unmarshal([]byte(h.Data), &item); err != nil {
				r.t.Fatal(err)
			}
			got += fmt.Sprintf(" %s@%s", item.State, time.UnixMilli(item.At).UTC().Format("05.000"))
		}
	}
	for _, a := range cloudwatch.Actions(tx) {
		got += fmt.Sprintf(" do@%s", a.At.Format("05.000"))
	}
	if got != want {
		r.t.Errorf("%s, want %s", got, want)
	}
}

// Recorded answers of AWS, with their times: waits, what the suppressor holds, and the extension.
func TestSuppressedActions(t *testing.T) {
	r := newRehearsal(t)
	r.is("OK WaitPeriod 43.225 43.225")
	r.release(4999)
	r.is("OK WaitPeriod 43.225 43.225")
	r.release(1)
	r.is("OK  43.225 48.225")

	r.set("child", types.StateValueAlarm, 14639)
	r.is("ALARM WaitPeriod 02.864 02.864 Suppressed@02.864")
	r.release(5000)
	r.is("ALARM  02.864 07.864 Suppressed@02.864 do@07.864")
	r.set("child", types.StateValueOk, 22535)
	r.is("OK WaitPeriod 30.399 30.399 Suppressed@02.864 do@07.864")
	r.set("suppressor", types.StateValueAlarm, 1457)
	r.is("OK Alarm 30.399 31.856 Suppressed@02.864 do@07.864")
	r.set("child", types.StateValueAlarm, 3788)
	r.is("ALARM Alarm 35.644 35.644 Suppressed@02.864 Suppressed@35.644 do@07.864")
	r.release(6000)
	r.set("suppressor", types.StateValueOk, 7672)
	r.is("ALARM ExtensionPeriod 35.644 49.316 Suppressed@02.864 Suppressed@35.644 Suppressed@49.316 do@07.864")
	r.release(5000)
	r.is("ALARM  35.644 54.316 Suppressed@02.864 Suppressed@35.644 Suppressed@49.316 do@07.864 do@54.316")
	r.set("suppressor", types.StateValueAlarm, 1000)
	r.is("ALARM  35.644 54.316 Suppressed@02.864 Suppressed@35.644 Suppressed@49.316 do@07.864 do@54.316")
}

// Recorded answers of AWS.
func TestHistoryOfCompositeAlarms(t *testing.T) {
	s, begin := open(t, ""), time.Date(2026, 9, 14, 7, 29, 24, 407e6, time.UTC)
	defer s.Close()
	put := func(name, rule string, children []string, at time.Time) {
		update(t, s, func(tx *store.Tx) {
			before := cloudwatch.Composites.Find(tx, scope, name)
			after := &cloudwatch.Composite{Scope: scope, Name: name}
			if before != nil {
				*after = *before
			}
			after.CompositeSettings, after.Children, after.ConfiguredAt = cloudwatch.CompositeSettings{Rule: rule}, children, at
			alarmstate.Configure(tx, before, after, at)
		})
	}
	put("C", "FALSE", nil, begin)
	put("D", "FALSE", nil, begin.Add(1436*time.Millisecond))
	put("D", `ALARM("C")`, []string{cloudwatch.AlarmARN(scope, "C")}, begin.Add(3958*time.Millisecond))
	const alarm = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:"
	want := []string{
		`Alarm "D" created|{"version":"1.0","type":"Create","createdAlarm":{"alarmName":"D","alarmArn":"` + alarm + `D","alarmConfigurationUpdatedTimestamp":"2026-09-14T07:29:25.843+0000",` +
			`"alarmRule":"FALSE","stateValue":"INSUFFICIENT_DATA","stateUpdatedTimestamp":"2026-09-14T07:29:25.843+0000","actionsEnabled":false,"alarmActions":[],` +
			`"insufficientDataActions":[],"childStates":[],"okactions":[]}}`,
		`Alarm updated from INSUFFICIENT_DATA to OK|{"version":"1.0","oldState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"Unchecked: Initial alarm creation"},` +
			`"newState":{"stateValue":"OK","stateReason":"` + alarm + `D was created and its alarm rule evaluates to OK","stateReasonData":{"triggeringAlarms":[]}}}`,
		`Alarm "D" updated|{"version":"1.0","type":"Update","updatedAlarm":{"alarmName":"D","alarmArn":"` + alarm + `D","alarmConfigurationUpdatedTimestamp":"2026-09-14T07:29:28.365+0000",` +
			`"alarmRule":"ALARM(\"C\")","stateValue":"OK","stateUpdatedTimestamp":"2026-09-14T07:29:25.843+0000","actionsEnabled":false,"alarmActions":[],` +
			`"insufficientDataActions":[],"childStates":[{"arn":"` + alarm + `C","state":{"value":"OK","transitionTimestamp":"2026-09-14T07:29:24.407+0000","timestamp":"2026-09-14T07:29:24.407+0000"}}],` +
			`"okactions":[]},"originalUpdatedFields":{"alarmConfigurationUpdatedTimestamp":"2026-09-14T07:29:25.843+0000","alarmRule":"FALSE","childStates":[]}}`,
	}
	for i, h := range cloudwatch.History(s.Read(), scope, "D") {
		if got := h.Summary + "|" + h.Data; i >= len(want) || got != want[i] || h.AlarmType != types.AlarmTypeCompositeAlarm {
			t.Errorf("%d: %s\nwant %s", i, got, strings.Join(want[min(i, len(want)):], "\n"))
		}
	}
}

// An alarm that an owner other than the user deletes leaves no composite alarm behind that waits for it: the one whose actions
// it suppressed does them, and the one whose rule names it is evaluated.
func TestRemoveOfAnAlarmThatOthersDependOn(t *testing.T) {
	r := newRehearsal(t)
	r.release(5000)
	r.set("suppressor", types.StateValueAlarm, 1000)
	r.set("child", types.StateValueAlarm, 1000)
	r.is("ALARM Alarm 50.225 50.225 Suppressed@50.225")
	r.now = r.now.Add(time.Second)
	remove := func(name string) {
		t.Helper()
		update(t, r.store, func(tx *store.Tx) { alarmstate.Remove(tx, cloudwatch.Alarms.Find(tx, scope, name), r.now) })
	}
	remove("suppressor")
	r.is("ALARM  50.225 51.225 Suppressed@50.225 do@51.225")
	r.now = r.now.Add(time.Second)
	remove("child")
	r.is("OK  52.225 52.225 Suppressed@50.225 do@51.225")
	const want = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:child was deleted at Monday 14 September, 2026 06:41:52 UTC"
	if c := cloudwatch.Composites.Find(r.store.Read(), scope, "C"); *c.Reason != want {
		t.Errorf("because %s", *c.Reason)
	}
}
