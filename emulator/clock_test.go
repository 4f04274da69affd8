package emulator_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func TestAStampThatCannotBeReadIsAnErrorAndStays(t *testing.T) {
	dir := t.TempDir()
	store, err := state.Open(state.Options{
		Path: filepath.Join(dir, "state.db"), Stamp: func() []byte { return []byte("yesterday") },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
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
	c := emulator.Start(t, emulator.Options{Engine: "sim", Speed: -1}).Clock()
	begin := c.Now()
	if err := c.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if passed := c.Now().Sub(begin); passed != time.Minute {
		t.Errorf("after an advance by a minute %v have passed", passed)
	}
}

func TestSpeedsOutOfRangeAreRefused(t *testing.T) {
	for _, speed := range []float64{-0.5, 1_000_001, math.NaN(), math.Inf(1)} {
		srv, err := emulator.New(emulator.Options{Engine: "sim", Listen: "127.0.0.1:0", Speed: speed})
		if err == nil {
			_ = srv.Close()
			t.Errorf("speed %v is granted", speed)
		}
	}
}
