package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestAStampThatCannotBeReadIsAnErrorAndStays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rows, err := state.Open(store.Options{
		Path: filepath.Join(dir, "state.db"), Stamp: func() []byte { return []byte("yesterday") },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := emulator.New(emulator.Options{DataDir: dir, Engine: "sim", Listen: "127.0.0.1:0"}); err == nil || !strings.Contains(err.Error(), "yesterday") {
		t.Errorf("error: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "state.db")); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file has changed, %v", err)
	}
}

func TestAClockMayStandStill(t *testing.T) {
	t.Parallel()
	c := emulator.Start(t, emulator.Options{Engine: "sim", Speed: emulator.Still}).Clock()
	if err := c.SetSpeed(emulator.Still); err != nil {
		t.Errorf("SetSpeed does not take the speed that Options takes: %v", err)
	}
	begin := c.Now()
	if err := c.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if passed := c.Now().Sub(begin); passed != time.Minute {
		t.Errorf("after an advance by a minute %v have passed", passed)
	}
}

func TestSpeedsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{-0.5, 1_000_001, math.NaN(), math.Inf(1)} {
		srv, err := emulator.New(emulator.Options{Engine: "sim", Listen: "127.0.0.1:0", Speed: speed})
		if err == nil {
			_ = srv.Close()
			t.Errorf("speed %v is granted", speed)
		}
	}
}

// What looks on while the clock is advanced sees from where, how far and to where.
func TestAnAdvanceShowsHowFarItHasCome(t *testing.T) {
	t.Parallel()
	type shown struct {
		Now     time.Time
		Advance *struct {
			From, To time.Time
			Took     *float64
		}
	}
	var srv *emulator.Server
	look := func() (got shown) {
		t.Helper()
		answer, err := http.Get(srv.URL() + "/_emulator/clock")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	var meanwhile []shown
	take := func(context.Context, []byte) error { meanwhile = append(meanwhile, look()); return nil }
	srv = emulator.Start(t, emulator.Options{Engine: "sim", Speed: emulator.Still, EventTargetFuncs: map[string]emulator.EventTargetFunc{hookTarget: take}})
	events := eventbridge.NewFromConfig(srv.Config())
	if _, err := events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: new("each"), ScheduleExpression: new("rate(5 minutes)")}); err != nil {
		t.Fatal(err)
	}
	if _, err := events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: new("each"), Targets: []types.Target{{Id: new("1"), Arn: new(hookTarget)}}}); err != nil {
		t.Fatal(err)
	}
	from := look()
	if from.Advance != nil {
		t.Errorf("without an advance there is %+v", from.Advance)
	}
	if err := srv.Clock().Advance(12 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if len(meanwhile) != 2 {
		t.Fatalf("the clock was looked at %d times", len(meanwhile))
	}
	for n, got := range meanwhile {
		at := from.Now.Add(time.Duration(n+1) * 5 * time.Minute)
		if a := got.Advance; a == nil || !a.From.Equal(from.Now) || !a.To.Equal(from.Now.Add(12*time.Minute)) || a.Took == nil || got.Now.Sub(at).Abs() > time.Minute {
			t.Errorf("after %v of 12 minutes from %v: %+v", got.Now.Sub(from.Now), from.Now, got.Advance)
		}
	}
	if after := look(); after.Advance != nil {
		t.Errorf("after the advance there is %+v", after.Advance)
	}
}

func TestAdvanceUntilStopsWhenTheConditionHolds(t *testing.T) {
	t.Parallel()
	c := emulator.Start(t, emulator.Options{InProcess: true, Speed: emulator.Still}).Clock()
	begin := c.Now()
	passed := func() time.Duration { return c.Now().Sub(begin) }
	if err := c.AdvanceUntil(time.Hour, func() bool { return true }); err != nil || passed() != 0 {
		t.Errorf("%v have passed for what is true already, %v", passed(), err)
	}
	if err := c.AdvanceUntil(time.Hour, func() bool { return passed() >= 10*time.Minute }); err != nil || passed() > 11*time.Minute {
		t.Errorf("%v have passed for ten minutes, %v", passed(), err)
	}
	begin = c.Now()
	err := c.AdvanceUntil(90*time.Second, func() bool { return false })
	if err == nil || !strings.Contains(err.Error(), "1m30s of the emulator's clock have not been enough") || passed() != 90*time.Second {
		t.Errorf("after %v: %v", passed(), err)
	}
	if err := c.AdvanceUntil(-time.Second, func() bool { return false }); err == nil {
		t.Error("the clock goes back")
	}
}
