package signal_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// received are signals by a letter each: S succeeded, F failed.
func received(letters string) (list []signal.Signal) {
	for i, l := range letters {
		list = append(list, signal.Signal{UniqueID: "i-" + string(rune('1'+i)), Failed: l == 'F', Reason: "no disk"})
	}
	return list
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const late = 5 * time.Minute
	one, two := signal.Policy.Judge, signal.Policy.JudgeHandle
	group := signal.Policy.JudgeGroup
	for _, each := range []struct {
		judge    func(signal.Policy, []signal.Signal, time.Duration) (signal.Verdict, string)
		count    int
		percent  int
		received string
		waited   time.Duration
		want     signal.Verdict
		why      string
	}{
		{one, 1, 100, "", late - 1, signal.Waits, ""},
		{one, 1, 100, "S", 0, signal.Succeeded, ""},
		{one, 1, 100, "S", late, signal.Succeeded, ""},
		{one, 3, 100, "SS", late, signal.Failed, "Failed to receive 1 resource signal(s) within the specified duration"},
		{one, 2, 100, "SF", 0, signal.Failed, "Received FAILURE signal with UniqueId i-2"},
		{one, 0, 100, "", 0, signal.Succeeded, ""},
		{two, 1, 100, "F", 0, signal.Failed, "WaitCondition received failed message: 'no disk' for uniqueId: i-1"},
		{two, 1, 100, "", late, signal.Failed, "WaitCondition timed out. Received 0 conditions when expecting 1"},
		{two, 2, 100, "SS", 0, signal.Succeeded, ""},
		{two, 2, 100, "S", 0, signal.Waits, ""},
		{group, 2, 100, "S", 0, signal.Waits, ""},
		{group, 2, 100, "SS", 0, signal.Succeeded, ""},
		{group, 2, 100, "F", 0, signal.Failed, "Received 1 FAILURE signal(s) out of 2. Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"},
		{group, 2, 100, "S", late, signal.Failed, "Received 1 SUCCESS signal(s) out of 2. Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"},
		{group, 4, 50, "SSF", 0, signal.Waits, ""},
		{group, 4, 50, "SSFF", 0, signal.Succeeded, ""},
		{group, 4, 50, "SS", late, signal.Succeeded, ""},
		{group, 4, 50, "FFF", 0, signal.Failed, "Received 3 FAILURE signal(s) out of 4. Unable to satisfy 50% MinSuccessfulInstancesPercent requirement"},
		{group, 3, 50, "SF", late, signal.Failed, "Received 1 SUCCESS signal(s) out of 3. Unable to satisfy 50% MinSuccessfulInstancesPercent requirement"},
		{group, 2, 0, "", late, signal.Succeeded, ""},
		{group, math.MaxInt, 100, "S", 0, signal.Waits, ""},
		{group, 250, 50, "S", late, signal.Failed, "Received 1 SUCCESS signal(s) out of 250. Unable to satisfy 50% MinSuccessfulInstancesPercent requirement"},
	} {
		p := signal.Policy{Count: each.count, Timeout: late, MinSuccessful: each.percent}
		if got, why := each.judge(p, received(each.received), each.waited); got != each.want || why != each.why {
			t.Errorf("%d at %d %%, %q after %s: %d %q, want %d %q", each.count, each.percent, each.received, each.waited, got, why, each.want, each.why)
		}
	}
}

func TestOfCreation(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		policy string
		want   signal.Policy
		waits  bool
		wrong  string
	}{
		{`{ResourceSignal: {}}`, signal.Policy{Count: 1, Timeout: 5 * time.Minute, MinSuccessful: 100}, true, ""},
		{`{ResourceSignal: {Count: "3", Timeout: PT1H2M3S}, AutoScalingCreationPolicy: {MinSuccessfulInstancesPercent: 50}}`, signal.Policy{Count: 3, Timeout: time.Hour + 2*time.Minute + 3*time.Second, MinSuccessful: 50}, true, ""},
		{`{ResourceSignal: {Timeout: PT12H}}`, signal.Policy{Count: 1, Timeout: 12 * time.Hour, MinSuccessful: 100}, true, ""},
		{`{AutoScalingCreationPolicy: {MinSuccessfulInstancesPercent: 50}}`, signal.Policy{}, false, ""},
		{`{ResourceSignal: {Timeout: PT12H1S}}`, signal.Policy{}, false, "Invalid Timeout"},
		{`{ResourceSignal: {Timeout: PT}}`, signal.Policy{}, false, "Invalid Timeout"},
		{`{ResourceSignal: {Timeout: 300}}`, signal.Policy{}, false, "Invalid Timeout"},
		{`{ResourceSignal: {Count: -1}}`, signal.Policy{}, false, "Count"},
		{`{ResourceSignal: {Counts: 1}}`, signal.Policy{}, false, "unsupported property Counts"},
		{`{ResourceSignal: 1}`, signal.Policy{}, false, "must be an object"},
		{`{AutoScalingCreationPolicy: {MinSuccessfulInstancesPercent: 101}}`, signal.Policy{}, false, "MinSuccessfulInstancesPercent"},
		{`{StartFleet: true}`, signal.Policy{}, false, "unsupported property StartFleet"},
	} {
		v, err := document.Read("P: " + each.policy)
		if err != nil {
			t.Fatal(err)
		}
		got, waits, err := signal.OfCreation(v.Get("P"))
		if (err != nil) != (each.wrong != "") || err != nil && !strings.Contains(err.Error(), each.wrong) {
			t.Errorf("%s: %v, want %q", each.policy, err, each.wrong)
		}
		if waits != each.waits || waits && got != each.want {
			t.Errorf("%s: %+v %t, want %+v %t", each.policy, got, waits, each.want, each.waits)
		}
	}
	if _, waits, err := signal.OfCreation(nil); waits || err != nil {
		t.Errorf("without a policy: %t, %v", waits, err)
	}
}
