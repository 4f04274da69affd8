package loadbalancer

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/emulator/clock"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Requests come before the controller runs, and ask where load balancers are reached.
func TestReachedBeforeItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := state.Open(state.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c := &Controller{Store: store, Clock: clock.New(clock.Options{}), Log: slog.New(slog.DiscardHandler), Host: &engine{}}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = c.Run(ctx)
		}()
		if list := c.Reached(); len(list) != 0 {
			t.Errorf("reached: %v", list)
		}
		cancel()
		<-ended
	})
}

// By what clients choose is said where there is a choice.
func TestWhatTheLogSaysOfAListener(t *testing.T) {
	var log bytes.Buffer
	c := &Controller{Log: slog.New(slog.NewTextHandler(&log, nil))}
	web := ReachedListener{Protocol: "HTTP", Port: 80, Local: []string{"127.0.0.1:80"}}
	c.say(Reached{DNSName: "web-1.elb.amazonaws.com"}, web)
	if said := log.String(); !strings.Contains(said, "local=[127.0.0.1:80]") || strings.Contains(said, "sharedBy") {
		t.Errorf("of one that nobody shares it says %s", said)
	}
	web.SharedBy = byHost
	c.say(Reached{DNSName: "web-1.elb.amazonaws.com"}, web)
	if said := log.String(); !strings.Contains(said, `sharedBy="Host header"`) {
		t.Errorf("of one that is shared it says %s", said)
	}
}
